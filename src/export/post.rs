//! Sends an export to a server: bounded retries, and no secret in any message.

use super::datadog;
use super::row::rows;
use super::shape::Shape;
use crate::error::{Error, Input, Outside, Result};
use crate::report::model::Report;
use std::time::Duration;

/// Attempts in all, for failures that may pass: no connection, 429, 5xx.
const ATTEMPTS: u32 = 4;
/// Wait before the second attempt; doubled each time.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// Longest wait that a server may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// One attempt's time.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Where to, and the key.
#[derive(Clone)]
pub struct Server {
    /// Address.
    pub url: String,
    /// Key, if the server wants one.
    pub key: Option<String>,
}

impl Server {
    /// The address without what may be secret: user, password, query.
    fn shown(&self) -> String {
        let (scheme, rest) = self.url.split_once("://").unwrap_or(("", &self.url));
        let place = rest.split(['?', '#']).next().unwrap_or_default();
        let (authority, path) = place.split_once('/').unwrap_or((place, ""));
        let host = authority.rsplit('@').next().unwrap_or_default();
        format!("{scheme}://{host}/{path}")
    }
}

/// Refuses what the server would refuse.
///
/// # Errors
/// Says what is too old.
pub fn check_age(report: &Report, shape: Shape) -> Result<()> {
    if shape != Shape::Datadog {
        return Ok(());
    }
    let now = jiff::Timestamp::now().as_second();
    for row in rows(report) {
        if let Some(ahead) =
            row.timestamp.map(|timestamp| timestamp - now).filter(|ahead| *ahead > datadog::NEWEST_POINT)
        {
            return Err(Outside::YetToCome { benchmark: row.id(), minutes: ahead / 60 }.into());
        }
        if let Some(age) = row.timestamp.map(|timestamp| now - timestamp).filter(|age| *age > datadog::OLDEST_POINT) {
            return Err(Outside::TooOld { benchmark: row.id(), minutes: age / 60 }.into());
        }
    }
    Ok(())
}

/// Sends a body.
///
/// # Errors
/// What the server or the connection said last; never the key.
pub fn send(server: &Server, shape: Shape, body: &str) -> Result<()> {
    if !server.url.starts_with("http://") && !server.url.starts_with("https://") {
        return Err(Input::Unusable { given: server.shown(), wanted: "an http:// or https:// address".into() }.into());
    }
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .http_status_as_error(false)
        // A redirect is an answer like any other: the key is for this address alone.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .build()
        .into();
    let mut wait = FIRST_WAIT;
    let mut last = String::new();
    for attempt in 1..=ATTEMPTS {
        let mut request = agent.post(&server.url).header("Content-Type", shape.content_type());
        if let Some(key) = &server.key {
            request = match shape {
                Shape::Datadog => request.header("DD-API-KEY", key),
                _ => request.header("Authorization", format!("Bearer {key}")),
            };
        }
        let mut asked = None;
        match request.send(body) {
            Ok(response) if response.status().is_success() => return Ok(()),
            Ok(response) => {
                last = format!("the server answered {}", response.status());
                if !(response.status().is_server_error() || response.status().as_u16() == 429) {
                    return Err(failed(server, last, attempt));
                }
                let header = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
                asked = header.and_then(|seconds| seconds.trim().parse().ok()).map(Duration::from_secs);
            }
            Err(error) => last = hide(&error.to_string(), server),
        }
        if attempt < ATTEMPTS {
            std::thread::sleep(asked.unwrap_or(wait).min(LONGEST_WAIT));
            wait *= 2;
        }
    }
    Err(failed(server, last, ATTEMPTS))
}

fn failed(server: &Server, said: String, attempts: u32) -> Error {
    Outside::NotTaken { address: server.shown(), said, attempts }.into()
}

/// A message without the key and without the address' secrets.
fn hide(message: &str, server: &Server) -> String {
    let message = message.replace(&server.url, &server.shown());
    match server.key.as_deref().filter(|key| !key.is_empty()) {
        Some(key) => message.replace(key, "(key)"),
        None => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown() {
        let server = Server { url: "https://user:pass@host:8/v1/in?token=t0p".into(), key: Some("k3y".into()) };
        assert_eq!(server.shown(), "https://host:8/v1/in");
        let error = failed(&server, hide("https://user:pass@host:8/v1/in?token=t0p said k3y", &server), 1).to_string();
        assert!(!["pass", "t0p", "k3y"].iter().any(|secret| error.contains(secret)), "{error}");
    }
}
