//! The listeners: filters as values, and running them until somebody says stop ([`crate::listen`]).

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;

use kantor_wire::Problem;
use tokio::net::TcpListener;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Rejection};

use crate::connections::{self, Connections};
use crate::customer_api;
use crate::front::FrontServer;
use crate::listen::serve;
use crate::metrics::Metrics;
use crate::office_api;
use crate::pages;
use crate::port::{CustomerPort, OfficePort, PortResult};
use crate::reply::{self, problem_of_rejection};
use crate::route::{Call, Route, combined, without_body};
use crate::site::{DeskSite, Settings, Site, blocking};
use crate::tls::Tls;
use crate::visit;

/// All routes of a listener as one filter, to be served or tested without a socket.
pub type Routes = BoxedFilter<(Response,)>;

/// Why a listener could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the panel cannot start its threads: {0}; free some memory or processes and start again")]
pub struct StartError(#[from] std::io::Error);

/// The customers' listener: pages and customer API.
#[derive(Clone)]
pub struct CustomerServer {
    site: Arc<Site>,
}

impl CustomerServer {
    /// The customers' pages and API over an office.
    pub fn open(port: Arc<dyn CustomerPort>, settings: Settings) -> Result<Self, StartError> {
        Ok(CustomerServer {
            site: Arc::new(Site::open(port, settings)?),
        })
    }

    /// Every route, without a socket.
    pub fn routes(&self) -> Routes {
        let site = Arc::clone(&self.site);
        let api = warp::path("api").and(warp::path("v1")).and(recovered(
            combined("customer_api", customer_api::routes(&site)),
            false,
        ));
        let mut pages = vec![static_files(&site), metrics(&site)];
        pages.extend(health(&site.port, &site.metrics, CustomerPort::ready));
        pages.extend(pages::routes(&site));
        let under = under(&site.settings.prefix);
        let all = under.and(api.or(combined("panel", pages)).unify()).boxed();
        warp::any()
            .and(without_body())
            .and(recovered(all, true))
            .then(move |call: Call, response: Response| finished(Arc::clone(&site), call, response))
            .boxed()
    }

    /// Answers on a listener until `stop` comes back; then lets open requests end.
    pub async fn run(
        self,
        listener: TcpListener,
        tls: Option<Tls>,
        stop: impl Future<Output = ()> + Send + 'static,
    ) {
        let site = Arc::clone(&self.site);
        let connections = Arc::clone(&site.connections);
        let close = move || site.close();
        serve(self.routes(), (listener, tls), connections, stop, close).await;
    }
}

/// The desk's listener: office API.
#[derive(Clone)]
pub struct OfficeServer {
    site: Arc<DeskSite>,
    fronts: Option<Arc<Connections>>,
}

impl OfficeServer {
    /// The office API over an office.
    pub fn open(port: Arc<dyn OfficePort>, settings: Settings) -> Result<Self, StartError> {
        Ok(OfficeServer {
            site: Arc::new(DeskSite::open(port, settings)?),
            fronts: None,
        })
    }

    /// Tells in its counters what the listener for panels in other processes counts too.
    pub fn counting(self, fronts: &FrontServer) -> Self {
        OfficeServer {
            fronts: Some(fronts.connections()),
            ..self
        }
    }

    /// Every route, without a socket.
    pub fn routes(&self) -> Routes {
        let site = Arc::clone(&self.site);
        let api = warp::path("office")
            .and(warp::path("v1"))
            .and(combined("office_api", office_api::routes(&site)));
        let mut system = health(&site.port, &site.metrics, OfficePort::ready);
        system.push(office_api::metrics(&site, self.fronts.clone()));
        let system = combined("office_api", system);
        let all = api.or(system).unify().boxed();
        recovered(all, false)
            .map(move |response: Response| {
                site.metrics.answered(response.status().as_u16());
                reply::guarded(response, site.settings.tls)
            })
            .boxed()
    }

    /// Answers on a listener until `stop` comes back; then lets open requests end.
    pub async fn run(
        self,
        listener: TcpListener,
        tls: Option<Tls>,
        stop: impl Future<Output = ()> + Send + 'static,
    ) {
        let site = Arc::clone(&self.site);
        let connections = Arc::clone(&site.connections);
        let close = move || site.close();
        serve(self.routes(), (listener, tls), connections, stop, close).await;
    }
}

/// The path under which everything lives.
fn under(prefix: &str) -> BoxedFilter<()> {
    let mut filter = warp::any().boxed();
    for segment in prefix.split('/').filter(|segment| !segment.is_empty()) {
        filter = filter.and(warp::path(segment.to_owned())).boxed();
    }
    filter
}

/// Answers what no route took with its problem; for pages the problem is attached as well, and
/// becomes a page once it is known who asked.
pub(crate) fn recovered(routes: Routes, pages: bool) -> Routes {
    routes
        .recover(move |rejection: Rejection| async move {
            let problem = problem_of_rejection(&rejection);
            let mut response = reply::problem(&problem);
            if pages {
                response.extensions_mut().insert(problem);
            }
            Ok::<Response, Infallible>(response)
        })
        .unify()
        .boxed()
}

async fn finished(site: Arc<Site>, call: Call, mut response: Response) -> Response {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = visit::refuse(Arc::clone(&site), call, problem).await;
    }
    site.metrics.answered(response.status().as_u16());
    reply::guarded(response, site.settings.tls)
}

fn static_files(site: &Arc<Site>) -> Route {
    let site = Arc::clone(site);
    Route::get("/static/{name}", move |call: Call| {
        let site = Arc::clone(&site);
        async move {
            match site.assets.answer(call.param(0)) {
                Some(file) => file,
                None => reply::body(404, "text/plain; charset=utf-8", "No such file."),
            }
        }
    })
}

/// Whether the process lives, and whether it can do its work now.
fn health<P: ?Sized + Send + Sync + 'static>(
    port: &Arc<P>,
    metrics: &Arc<Metrics>,
    ready: fn(&P) -> PortResult<()>,
) -> Vec<Route> {
    let alive = |_call: Call| async { reply::body(200, "text/plain; charset=utf-8", "ok\n") };
    let (port, metrics) = (Arc::clone(port), Arc::clone(metrics));
    let is_ready = move |_call: Call| {
        let (port, metrics) = (Arc::clone(&port), Arc::clone(&metrics));
        async move {
            match blocking(move || ready(&port)).await {
                Ok(()) => reply::body(200, "text/plain; charset=utf-8", "ready\n"),
                Err(_) => {
                    metrics.office_silent();
                    reply::body(503, "text/plain; charset=utf-8", "not ready\n")
                }
            }
        }
    };
    vec![
        Route::get("/health", alive),
        Route::get("/health/live", alive),
        Route::get("/health/ready", is_ready),
    ]
}

fn metrics(site: &Arc<Site>) -> Route {
    let site = Arc::clone(site);
    Route::get("/metrics", move |_call: Call| {
        let own = [("panel", &*site.connections)];
        let text = format!("{}{}", site.metrics.text(), connections::text(&own));
        async move { reply::body(200, "text/plain; version=0.0.4", text) }
    })
}
