//! The few files that browsers load: one stylesheet, one script, one picture. Part of the program.

use warp::http::header::CACHE_CONTROL;
use warp::reply::Response;

use crate::reply;
use crate::secrets::sha256_hex;

struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
    version: String,
}

/// The files, each with a version that changes with its bytes.
pub(crate) struct Assets(Vec<Asset>);

impl Assets {
    /// Hashes the files once.
    pub(crate) fn load() -> Assets {
        let files: [(&str, &str, &[u8]); 3] = [
            (
                "app.css",
                "text/css; charset=utf-8",
                include_bytes!("../static/app.css"),
            ),
            (
                "app.js",
                "text/javascript; charset=utf-8",
                include_bytes!("../static/app.js"),
            ),
            (
                "mark.svg",
                "image/svg+xml",
                include_bytes!("../static/mark.svg"),
            ),
        ];
        Assets(
            files
                .into_iter()
                .map(|(name, kind, bytes)| Asset {
                    name,
                    kind,
                    bytes,
                    version: sha256_hex(bytes).chars().take(12).collect(),
                })
                .collect(),
        )
    }

    /// Where a page finds a file, with its version.
    pub(crate) fn path(&self, name: &str) -> String {
        let version = self
            .0
            .iter()
            .find(|asset| asset.name == name)
            .map_or("", |asset| asset.version.as_str());
        format!("/static/{name}?v={version}")
    }

    /// A file. Its address changes with its bytes, so browsers may keep it for good.
    pub(crate) fn answer(&self, name: &str) -> Option<Response> {
        let asset = self.0.iter().find(|asset| asset.name == name)?;
        let mut response = reply::body(200, asset.kind, asset.bytes);
        reply::set(
            response.headers_mut(),
            CACHE_CONTROL,
            "public, max-age=31536000, immutable",
        );
        Some(response)
    }
}
