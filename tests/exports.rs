//! Exports: their shapes, and a server on this machine that takes them or does not.

mod common;

use common::{check, folder, json, planbench_in, read};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn measured(place: &Path) {
    check(planbench_in(place, "run --quick --modes reference polars --runs 2 -q"), 0, &[]);
}

#[test]
fn each_shape_is_what_its_reader_expects() {
    let place = folder();
    measured(place.path());
    let export = |format: &str| {
        check(planbench_in(place.path(), &format!("export --to file --format {format}")), 0, &["written: file"]);
        place.path().join("file")
    };
    let bencher = json(&export("bencher"));
    let latency = &bencher["quick/polars"]["latency"];
    let value = latency["value"].as_f64().unwrap();
    assert!(value > 1e5 && latency["lower_value"].as_f64().unwrap() <= value, "nanoseconds: {latency}");
    assert!(bencher["quick/polars"]["throughput"]["value"].as_f64().unwrap() > 0.0);

    let smaller = json(&export("github-action-benchmark"));
    let names: Vec<_> = smaller.as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"quick/polars/wall_time") && names.contains(&"quick/polars/peak_memory"));
    assert!(!names.iter().any(|name| name.ends_with("throughput")), "one direction a file");
    let bigger = json(&export("github-action-benchmark --bigger-is-better"));
    assert!(bigger.as_array().unwrap().iter().all(|entry| entry["name"].as_str().unwrap().ends_with("throughput")));
    assert!(smaller[0]["range"].is_string() && smaller[0]["unit"].is_string());

    let text = read(&export("openmetrics --scenarios quick"));
    openmetrics_is_valid(&text);
    assert!(text.contains("bench_wall_time_seconds{scenario=\"quick\",mode=\"polars\",machine=\""), "{text}");

    let series = json(&export("datadog --host h1"));
    let first = &series["series"][0];
    assert_eq!((first["type"].as_u64(), first["metric"].as_str()), (Some(3), Some("bench.wall_time")));
    assert!(first["points"][0]["timestamp"].as_i64().unwrap() > 1_700_000_000);
    assert!(first["tags"].as_array().unwrap().iter().any(|tag| tag == "scenario:quick"));
    assert_eq!(first["resources"][0]["name"], "h1");
}

/// Families together, in the order TYPE, UNIT, HELP, samples; the unit is the name's suffix; the end is marked.
fn openmetrics_is_valid(text: &str) {
    assert!(text.ends_with("# EOF\n"));
    let (mut family, mut seen) = (String::new(), Vec::new());
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            family = rest.split(' ').next().expect("a name").to_owned();
            assert!(!seen.contains(&family), "{family} is interleaved");
            seen.push(family.clone());
        } else if let Some(rest) = line.strip_prefix("# UNIT ") {
            let (name, unit) = rest.split_once(' ').expect("name and unit");
            assert!(name == family && name.ends_with(&format!("_{unit}")), "{line}");
        } else if !line.starts_with('#') {
            assert!(line.starts_with(&format!("{family}{{")), "{line} is not of {family}");
            line.rsplit(' ').next().expect("a value").parse::<f64>().expect("a number");
        }
    }
    assert_eq!(seen.len(), 4);
}

struct Received {
    headers: Vec<(String, String)>,
    body: String,
}

/// A server that answers with these codes in turn, and then no more.
fn server(codes: &'static [u16]) -> (String, Arc<Mutex<Vec<Received>>>) {
    let server = tiny_http::Server::http("127.0.0.1:0").expect("a port");
    let address = format!("http://{}/api/v2/series?secret=hidden", server.server_addr());
    let received = Arc::new(Mutex::new(Vec::new()));
    let kept = received.clone();
    std::thread::spawn(move || {
        for code in codes {
            let Ok(Some(mut request)) = server.recv_timeout(Duration::from_secs(60)) else { return };
            let mut body = String::new();
            request.as_reader().read_to_string(&mut body).expect("a body");
            let headers =
                request.headers().iter().map(|h| (h.field.to_string().to_lowercase(), h.value.to_string())).collect();
            kept.lock().expect("not poisoned").push(Received { headers, body });
            let answer = tiny_http::Response::from_string("answer").with_status_code(*code);
            let now = tiny_http::Header::from_bytes(&b"Retry-After"[..], &b"0"[..]).expect("a header");
            request.respond(answer.with_header(now)).expect("an answer");
        }
    });
    (address, received)
}

#[test]
fn a_server_is_tried_again_only_when_that_may_help() {
    let place = folder();
    measured(place.path());
    let post = |url: &str, key: &str| {
        planbench_in(place.path(), "export --format datadog --post").arg(url).env("DD_API_KEY", key).output().unwrap()
    };
    let (url, received) = server(&[503, 429, 202]);
    check(&post(&url, "s3cr3t"), 0, &["sent:"]);
    let received = received.lock().unwrap();
    assert_eq!(received.len(), 3);
    assert!(received[0].headers.contains(&("dd-api-key".into(), "s3cr3t".into())));
    assert!(received[0].headers.contains(&("content-type".into(), "application/json".into())));
    assert!(
        received.iter().all(|request| request.body == received[0].body && request.body.contains("bench.wall_time"))
    );

    let (url, refused) = server(&[403, 200]);
    let text = check(&post(&url, "s3cr3t"), 2, &["403", "1 attempt"]);
    assert!(!text.contains("s3cr3t") && !text.contains("hidden"), "{text}");
    assert_eq!(refused.lock().unwrap().len(), 1);

    let (url, redirecting) = server(&[302, 200]);
    check(&post(&url, "s3cr3t"), 2, &["302", "1 attempt"]);
    assert_eq!(redirecting.lock().unwrap().len(), 1, "a redirect is not followed");

    let (url, failing) = server(&[500, 500, 500, 500, 200]);
    check(&post(&url, "s3cr3t"), 2, &["500", "4 attempt"]);
    assert_eq!(failing.lock().unwrap().len(), 4);

    check(&post("ftp://127.0.0.1/", "s3cr3t"), 2, &["http://"]);
    let (url, unasked) = server(&[200]);
    check(planbench_in(place.path(), "export --format datadog --post").arg(&url), 2, &["DD_API_KEY"]);
    assert!(unasked.lock().unwrap().is_empty());
    let closed = "http://127.0.0.1:1/in";
    let text = check(
        planbench_in(place.path(), "export --format bencher --post").arg(closed).env("EXPORT_API_KEY", "k3y"),
        2,
        &["127.0.0.1:1"],
    );
    assert!(!text.contains("k3y"), "{text}");
}

#[test]
fn old_points_are_not_sent_to_who_refuses_them() {
    let place = folder();
    measured(place.path());
    for mode in ["reference", "polars"] {
        let runs = place.path().join(format!("out/criterion/quick_{mode}/runs"));
        for entry in std::fs::read_dir(runs).unwrap() {
            let file = entry.unwrap().path();
            let text = read(&file);
            let start = text.find("\"started_at\": \"").unwrap() + 15;
            std::fs::write(&file, format!("{}2020-01-01T00:00:00Z{}", &text[..start], &text[start + 20..])).unwrap();
        }
    }
    let (url, received) = server(&[200]);
    let output =
        planbench_in(place.path(), "export --format datadog --post").arg(&url).env("DD_API_KEY", "k").output().unwrap();
    check(&output, 2, &["minutes ago", "nothing was sent"]);
    assert!(received.lock().unwrap().is_empty());
}
