//! Bodies of answers hold Secrets. A crate that writes them to the log is silenced by name (`plugin::logs`); this test finds a
//! writer of another name.

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::testing::{call, cluster};

const CANARY: &str = "CANARYCANARY";
const CANARY_IN_BASE64: &str = "Q0FOQVJZQ0FOQVJZ";

/// Each event's target and text.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<(String, String)>>>);

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, _: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, "{value:?} ");
    }
}

impl Subscriber for Heard {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        let target = event.metadata().target().to_owned();
        self.0.lock().expect("no panic").push((target, text.0));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn only_who_is_silenced_writes_bodies_to_the_log() {
    let heard = Heard::default();
    let guard = tracing::subscriber::set_default(heard.clone());
    let body = json!({
        "metadata": {"name": "azure-arc-connect-privatekey", "creationTimestamp": "never"},
        "data": {"privateKey": CANARY_IN_BASE64, "token": CANARY},
    });
    for status in [200, 500] {
        let body = body.clone();
        let cluster = cluster(move |_| (status, body.clone()));
        let error = cluster.private_key(&call()).await.err();
        let shown = format!("{:?}", error.expect("not readable"));
        assert!(!holds_canary(&shown), "{shown}");
    }
    drop(guard);
    let heard = heard.0.lock().expect("no panic");
    let leaks: Vec<_> = heard
        .iter()
        .filter(|(_, text)| holds_canary(text))
        .collect();
    assert!(
        !leaks.is_empty(),
        "kube no longer logs bodies: the silence may end"
    );
    for (target, text) in leaks {
        assert!(target.starts_with("kube"), "{target}: {text}");
    }
}

fn holds_canary(text: &str) -> bool {
    text.contains(CANARY) || text.contains(CANARY_IN_BASE64)
}
