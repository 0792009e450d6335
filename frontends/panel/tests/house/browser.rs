//! A browser of a few lines: cookies, links, and forms as they stand on the page.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use kantor_panel::Routes;

/// What a listener answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: warp::http::HeaderMap,
    pub(crate) body: String,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The answer, if it has this status; else a failure that shows the page.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Answer {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Answer {
        assert!(self.body.contains(text), "no `{text}` in\n{}", self.body);
        self
    }

    #[track_caller]
    pub(crate) fn says_not(self, text: &str) -> Answer {
        assert!(!self.body.contains(text), "`{text}` in\n{}", self.body);
        self
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }
}

/// A browser with its cookies and the page it shows.
pub(crate) struct Browser {
    routes: Routes,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) language: &'static str,
    pub(crate) address: &'static str,
    page: String,
}

/// Each browser comes from an address of its own, so that their limits do not meet.
static ADDRESSES: AtomicU32 = AtomicU32::new(1);

impl Browser {
    pub(crate) fn new(routes: Routes) -> Browser {
        let number = ADDRESSES.fetch_add(1, Ordering::Relaxed);
        let address = format!("192.0.{}.{}:4000", number / 256, number % 256);
        Browser {
            routes,
            cookies: BTreeMap::new(),
            language: "en",
            address: Box::leak(address.into_boxed_str()),
            page: String::new(),
        }
    }

    fn request(&self, method: &str, path: &str) -> warp::test::RequestBuilder {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = warp::test::request()
            .method(method)
            .path(path)
            .remote_addr(self.address.parse().unwrap())
            .header("accept-language", self.language);
        if cookies.is_empty() {
            request
        } else {
            request.header("cookie", cookies.join("; "))
        }
    }

    async fn sent(&mut self, request: warp::test::RequestBuilder) -> Answer {
        let response = request.reply(&self.routes).await;
        for cookie in response.headers().get_all("set-cookie") {
            let text = cookie.to_str().unwrap();
            let (pair, rest) = text.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let answer = Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            bytes: response.body().to_vec(),
            body: String::from_utf8_lossy(response.body()).into_owned(),
        };
        if answer.header("content-type").starts_with("text/html") {
            self.page = answer.body.clone();
        }
        answer
    }

    /// Opens an address.
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let request = self.request("GET", path);
        self.sent(request).await
    }

    /// Sends exactly these fields.
    pub(crate) async fn post_raw(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = serde_urlencoded::to_string(fields).unwrap();
        let request = self
            .request("POST", path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        self.sent(request).await
    }

    /// Fills the form of the shown page that goes to `path` and sends it, hidden fields and all.
    #[track_caller]
    pub(crate) fn filled(&self, path: &str, fields: &[(&str, &str)]) -> Vec<(String, String)> {
        let start = self
            .page
            .find(&format!("action=\"{path}\""))
            .unwrap_or_else(|| panic!("no form to {path} in\n{}", self.page));
        let form = &self.page[start..];
        let form = &form[..form.find("</form>").unwrap()];
        let mut all: Vec<(String, String)> = Vec::new();
        for input in form.split("<input ").skip(1) {
            let input = &input[..input.find('>').unwrap()];
            let attribute = |name: &str| {
                let begin = input.find(&format!("{name}=\""))? + name.len() + 2;
                let rest = &input[begin..];
                Some(rest[..rest.find('"')?].to_owned())
            };
            let unchecked =
                attribute("type").as_deref() == Some("radio") && !input.contains(" checked");
            if let (Some(name), false) = (attribute("name"), unchecked) {
                all.push((name, attribute("value").unwrap_or_default()));
            }
        }
        for (name, value) in fields {
            all.retain(|(known, _)| known != name);
            all.push(((*name).to_owned(), (*value).to_owned()));
        }
        all
    }

    /// Fills a form and sends it.
    pub(crate) async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let all = self.filled(path, fields);
        let all: Vec<(&str, &str)> = all
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.post_raw(path, &all).await
    }

    /// Follows a redirect.
    pub(crate) async fn follow(&mut self, answer: Answer) -> Answer {
        let location = answer.is(303).header("location").to_owned();
        self.get(&location).await
    }

    /// Registers a person with this e-mail; leaves the browser logged in.
    pub(crate) async fn register(&mut self, email: &str) {
        self.get("/register").await.is(200);
        self.submit("/register", &PERSON.with_email(email))
            .await
            .is(303);
    }

    /// Adds an account in the profile.
    pub(crate) async fn add_account(&mut self, iban: &str, currency: &str) {
        self.get("/profile").await.is(200);
        let fields = [("iban", iban), ("currency", currency), ("name", "")];
        self.submit("/profile/accounts", &fields).await.is(303);
    }

    /// Accepts a rate for an amount of zlotys and stands on the page of the quote.
    pub(crate) async fn quote(&mut self, gives: &str, amount: &str, gets: &str) -> Answer {
        self.get("/exchange").await.is(200);
        let fields = [
            ("gives", gives),
            ("gets", gets),
            ("gives_amount", amount),
            ("gets_amount", ""),
        ];
        let answer = self.submit("/exchange", &fields).await;
        self.follow(answer).await
    }

    /// Where the page of a quote orders.
    fn order_form(&self) -> String {
        let start = self.page.find("action=\"/quotes/").unwrap();
        let rest = &self.page[start + 8..];
        let path = rest[..rest.find('"').unwrap()].to_owned();
        match path.rsplit_once('/') {
            Some((stem, last)) if last != "order" => format!("{stem}/order"),
            _ => path,
        }
    }

    /// Orders from the page of a quote.
    pub(crate) async fn order(&mut self) -> Answer {
        self.submit(&self.order_form(), &[]).await
    }

    /// Orders from the page of a quote and stands on the page of the order; answers its path.
    pub(crate) async fn place(&mut self) -> String {
        let answer = self.order().await.is(303);
        let location = answer.header("location").to_owned();
        self.get(&location).await.is(200);
        location
    }
}

/// What a person fills in.
pub(crate) struct Person;

/// A person with right data.
pub(crate) const PERSON: Person = Person;

impl Person {
    /// The fields of the registration form.
    pub(crate) fn with_email<'a>(&self, email: &'a str) -> [(&'static str, &'a str); 9] {
        [
            ("first_name", "Anna"),
            ("last_name", "Żółć"),
            ("pesel", "44051401359"),
            ("email", email),
            ("phone", "601 602 603"),
            ("street", "ul. Długa 2"),
            ("postal_code", "90-001"),
            ("city", "Łódź"),
            ("password", "trzy małe koty"),
        ]
    }
}
