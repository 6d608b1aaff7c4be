//! The log in the form that the host takes apart: one JSON object a line, as go's hclog writes it.
//!
//! The host asserts that `@level` and `@message` are strings, passes a line on raw unless `@timestamp` has six digits
//! after the point, and tears lines of 64 KiB or more apart.

use std::error::Error;
use std::fmt;

use jiff::Timestamp;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

/// The longest line that is written whole, in bytes.
const LONGEST_LINE: usize = 60 * 1024;

/// How much is kept of the message of a longer one. A character takes at most six bytes in JSON (`\u0000`).
const KEPT_MESSAGE: usize = LONGEST_LINE / 8;

/// Hands events on as lines of hclog's JSON, with the fields of the spans that they happened in.
pub(super) struct Hclog(pub fn(&[u8]));

impl<S> Layer<S> for Hclog
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(of_span) = span.extensions().get::<Fields>() {
                fields.inherit(of_span);
            }
        }
        event.record(&mut fields);
        let metadata = event.metadata();
        let line = line(
            *metadata.level(),
            metadata.target(),
            fields,
            Timestamp::now(),
        );
        (self.0)(line.as_bytes());
    }
}

/// The fields of an event or span, as JSON.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    /// Takes the fields of an enclosing span that no inner one has set.
    fn inherit(&mut self, outer: &Self) {
        for (name, value) in &outer.0 {
            self.0.entry(name).or_insert_with(|| value.clone());
        }
    }

    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        let name = match field.name() {
            "message" => "@message",
            name => name,
        };
        self.0.insert(name.to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.put(field, value.to_string());
    }
}

fn line(level: Level, target: &str, fields: Fields, now: Timestamp) -> String {
    let Fields(mut entry) = fields;
    let message = match entry.remove("@message") {
        Some(Value::String(message)) => message,
        _ => String::new(),
    };
    let mut head = Map::new();
    let time = now.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string();
    head.insert("@level".to_owned(), name(level).into());
    head.insert("@module".to_owned(), module(target).into());
    head.insert("@timestamp".to_owned(), time.into());
    entry.extend(head.clone());
    entry.insert("@message".to_owned(), message.clone().into());
    let mut line = Value::Object(entry).to_string();
    if line.len() > LONGEST_LINE {
        head.insert("@message".to_owned(), shortened(&message).into());
        line = Value::Object(head).to_string();
    }
    line.push('\n');
    line
}

fn shortened(message: &str) -> String {
    let kept = message.floor_char_boundary(KEPT_MESSAGE);
    format!("{} (shortened: the entry was too long)", &message[..kept])
}

const fn name(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

/// `terraform_provider_arc::plugin::serve` is `arc.plugin.serve` to a reader of the log.
fn module(target: &str) -> String {
    target
        .replace("terraform_provider_arc", "arc")
        .replace("::", ".")
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::registry;

    use super::*;

    thread_local! {
        static LINES: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
    }

    fn keep(line: &[u8]) {
        assert_eq!(line.last(), Some(&b'\n'));
        let entry = serde_json::from_slice(line).expect("JSON");
        LINES.with_borrow_mut(|lines| lines.push(entry));
    }

    fn logged(work: impl FnOnce()) -> Vec<Value> {
        tracing::subscriber::with_default(registry().with(Hclog(keep)), work);
        LINES.take()
    }

    #[test]
    fn an_event_carries_the_fields_of_its_spans() {
        let lines = logged(|| {
            let _call = tracing::error_span!("call", tf_rpc = "ReadResource", step = 1).entered();
            let _inner = tracing::error_span!("inner", step = 2).entered();
            tracing::warn!(retry = true, cause = ?"late", "throttled {}", 3);
        });
        let entry = &lines[0];
        assert_eq!(entry["@level"], "warn");
        assert_eq!(entry["@message"], "throttled 3");
        assert_eq!(entry["@module"], "arc.plugin.hclog.tests");
        assert_eq!(entry["tf_rpc"], "ReadResource");
        assert_eq!(entry["step"], 2);
        assert_eq!(entry["retry"], true);
        assert_eq!(entry["cause"], "\"late\"");
    }

    #[test]
    fn the_time_has_six_digits_also_when_they_are_zero() {
        let now = Timestamp::from_second(1_795_422_998).expect("a time");
        let line = line(Level::INFO, "kube", Fields::default(), now);
        let entry: Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(entry["@timestamp"], "2026-11-23T08:36:38.000000Z");
        assert_eq!(entry["@message"], "");
    }

    #[test]
    fn an_entry_too_long_for_the_host_is_shortened_and_keeps_its_level() {
        let lines = logged(|| {
            let long = "\u{1}".repeat(100_000);
            tracing::error!(body = long, "{long}");
        });
        assert!(lines[0].to_string().len() < 64 * 1024);
        assert_eq!(lines[0]["@level"], "error");
        assert!(
            lines[0]["@message"]
                .as_str()
                .is_some_and(|m| m.ends_with("too long)"))
        );
        assert_eq!(lines[0].get("body"), None);
    }
}
