//! A real browser, driven over the W3C WebDriver protocol through chromedriver. No sleeps: the
//! browser itself waits until what is looked for is there.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// How long the browser waits for anything.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running chromedriver; ends with its last browser.
pub(crate) struct Driver {
    process: Child,
    url: String,
    agent: ureq::Agent,
}

/// What a browser looks like.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// A window on a desk.
    Desk,
    /// A telephone.
    Phone,
}

impl Driver {
    /// Starts chromedriver on a port that the system chooses. Without a browser on this machine:
    /// `None` and a loud word; in CI a failure, because there the browser tests must run.
    pub(crate) fn start() -> Option<Driver> {
        let missing = ["chromedriver", "chromium"].into_iter().find(|program| {
            let told = Command::new(program)
                .arg("--version")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            !told.is_ok_and(|status| status.success())
        });
        if let Some(program) = missing {
            let word = format!(
                "{program} is not installed; `apt-get install chromium chromium-driver` brings it"
            );
            assert!(
                std::env::var("CI").is_err(),
                "{word}; in CI the browser tests must run"
            );
            eprintln!("SKIPPED, NOT TESTED: {word}");
            return None;
        }
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let output = process.stdout.take().expect("a pipe");
        let port = BufReader::new(output)
            .lines()
            .map_while(Result::ok)
            .find_map(|line| {
                let (_, port) = line.split_once("started successfully on port ")?;
                port.trim_end_matches('.').parse::<u16>().ok()
            })
            .expect("chromedriver tells its port");
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE * 3))
            .build()
            .into();
        Some(Driver {
            process,
            url: format!("http://127.0.0.1:{port}"),
            agent,
        })
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let url = format!("{}{path}", self.url);
        let answer = match method {
            "GET" => self.agent.get(&url).call(),
            "DELETE" => self.agent.delete(&url).call(),
            _ => self.agent.post(&url).send_json(body),
        };
        let mut answer = answer.map_err(|error| format!("{method} {path}: {error}"))?;
        let value: Value = answer
            .body_mut()
            .read_json()
            .map_err(|error| format!("{method} {path}: {error}"))?;
        match value["value"]["error"].as_str() {
            Some(error) => Err(format!(
                "{method} {path}: {error}: {}",
                value["value"]["message"].as_str().unwrap_or_default()
            )),
            None => Ok(value["value"].clone()),
        }
    }

    /// Opens a browser with a profile of its own. Without `script` our script never arrives, as on
    /// a telephone that saves data; the browser's own stays on, because the driver needs it.
    pub(crate) fn open(&self, size: Size, script: bool) -> Page<'_> {
        let profile = tempfile::tempdir().expect("a folder");
        let mut arguments = vec![
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--no-first-run".to_owned(),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        let mut options = json!({ "prefs": { "intl.accept_languages": "en" } });
        match size {
            Size::Desk => arguments.push("--window-size=1280,900".to_owned()),
            Size::Phone => {
                options["mobileEmulation"] = json!({
                    "deviceMetrics": { "width": 390, "height": 844, "pixelRatio": 2.0 }
                });
            }
        }
        options["args"] = json!(arguments);
        let wait = u64::try_from(PATIENCE.as_millis()).expect("fits");
        let asked = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": options,
            "timeouts": { "implicit": wait, "pageLoad": wait, "script": wait },
        }}});
        let session = self
            .call("POST", "/session", &asked)
            .expect("a browser opens");
        let page = Page {
            driver: self,
            path: format!("/session/{}", session["sessionId"].as_str().expect("an id")),
            _profile: profile,
        };
        if !script {
            page.command("Network.enable", &json!({}));
            page.command(
                "Network.setBlockedURLs",
                &json!({ "urls": ["*/static/app.js*"] }),
            );
        }
        page
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Ended already is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A browser's page.
pub(crate) struct Page<'a> {
    driver: &'a Driver,
    path: String,
    _profile: tempfile::TempDir,
}

impl Page<'_> {
    #[track_caller]
    fn post(&self, what: &str, body: &Value) -> Value {
        match self
            .driver
            .call("POST", &format!("{}{what}", self.path), body)
        {
            Ok(value) => value,
            Err(error) => panic!("{error}\n{}", self.evidence()),
        }
    }

    #[track_caller]
    fn read(&self, what: &str) -> Value {
        match self
            .driver
            .call("GET", &format!("{}{what}", self.path), &Value::Null)
        {
            Ok(value) => value,
            Err(error) => panic!("{error}\n{}", self.evidence()),
        }
    }

    /// Gives the browser a command of its own protocol.
    #[track_caller]
    fn command(&self, name: &str, params: &Value) {
        self.post(
            "/goog/cdp/execute",
            &json!({ "cmd": name, "params": params }),
        );
    }

    /// Where the browser is and what it shows, for a failure that explains itself.
    fn evidence(&self) -> String {
        let ask = |what: &str| {
            self.driver
                .call("GET", &format!("{}{what}", self.path), &Value::Null)
                .map(|value| value.as_str().unwrap_or_default().to_owned())
                .unwrap_or_default()
        };
        format!("at {}\n{}", ask("/url"), ask("/source"))
    }

    /// Opens an address.
    #[track_caller]
    pub(crate) fn go(&self, url: &str) {
        self.post("/url", &json!({ "url": url }));
    }

    /// Where the browser is.
    #[track_caller]
    pub(crate) fn url(&self) -> String {
        self.read("/url").as_str().unwrap_or_default().to_owned()
    }

    /// Waits until an element is there.
    #[track_caller]
    pub(crate) fn find(&self, css: &str) -> Element<'_> {
        let found = self.post(
            "/element",
            &json!({ "using": "css selector", "value": css }),
        );
        let id = found
            .as_object()
            .and_then(|members| members.values().next())
            .and_then(Value::as_str)
            .expect("an element id");
        Element {
            page: self,
            path: format!("/element/{id}"),
        }
    }

    /// Types into the field of that name, in place of what stands there.
    #[track_caller]
    pub(crate) fn fill(&self, name: &str, text: &str) {
        let field = self.find(&format!("main [name=\"{name}\"]"));
        self.post(&format!("{}/clear", field.path), &json!({}));
        field.type_text(text);
    }

    /// Chooses in a list.
    #[track_caller]
    pub(crate) fn choose(&self, name: &str, value: &str) {
        self.find(&format!(
            "main select[name=\"{name}\"] option[value=\"{value}\"]"
        ))
        .click();
    }

    /// Waits until an expression is true on the page that is shown, whichever that is by then.
    #[track_caller]
    pub(crate) fn wait_until(&self, expression: &str) {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             const look = () => ({expression}) ? done(true) : requestAnimationFrame(look);
             look();"
        );
        let path = format!("{}/execute/async", self.path);
        let body = json!({ "script": script, "args": [] });
        // A page that is left while it waits takes the question with it: ask the next page.
        for _ in 0..5 {
            match self.driver.call("POST", &path, &body) {
                Ok(_) => return,
                Err(error) if error.contains("script timeout") => {
                    panic!("never true: {expression}\n{}", self.evidence())
                }
                Err(_) => {}
            }
        }
        panic!("no page stays: {expression}\n{}", self.evidence());
    }

    /// A picture of the page as PNG, base64.
    #[track_caller]
    pub(crate) fn picture(&self) -> String {
        self.read("/screenshot")
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

impl Drop for Page<'_> {
    fn drop(&mut self) {
        // The driver's end closes what stays open.
        let _ = self.driver.call("DELETE", &self.path, &Value::Null);
    }
}

/// A part of a page.
pub(crate) struct Element<'a> {
    page: &'a Page<'a>,
    path: String,
}

impl Element<'_> {
    /// Scrolls there, as a person does, and clicks.
    #[track_caller]
    pub(crate) fn click(&self) {
        let id = self.path.trim_start_matches("/element/");
        let element = json!({ "element-6066-11e4-a52e-4f735466cecf": id });
        let script = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
        let body = json!({ "script": script, "args": [element] });
        self.page.post("/execute/sync", &body);
        self.page.post(&format!("{}/click", self.path), &json!({}));
    }

    #[track_caller]
    pub(crate) fn type_text(&self, text: &str) {
        self.page
            .post(&format!("{}/value", self.path), &json!({ "text": text }));
    }

    #[track_caller]
    pub(crate) fn text(&self) -> String {
        self.page
            .read(&format!("{}/text", self.path))
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}
