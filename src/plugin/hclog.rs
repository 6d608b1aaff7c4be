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
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use super::logs::write_stderr;

/// The longest line that is written whole, in bytes.
const LONGEST_LINE: usize = 60 * 1024;

/// How much is kept of the message of a longer one. A character takes at most six bytes in JSON (`\u0000`).
const KEPT_MESSAGE: usize = LONGEST_LINE / 8;

/// Writes events to stderr in hclog's JSON, with the fields of the spans that they happened in.
pub(super) struct Hclog;

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
        write_stderr(&line(event.metadata(), fields, Timestamp::now()));
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

fn line(metadata: &Metadata<'_>, fields: Fields, now: Timestamp) -> Vec<u8> {
    let Fields(mut entry) = fields;
    let message = match entry.remove("@message") {
        Some(Value::String(message)) => message,
        _ => String::new(),
    };
    let mut head = Map::new();
    head.insert("@level".to_owned(), level(*metadata.level()).into());
    head.insert("@module".to_owned(), module(metadata.target()).into());
    head.insert(
        "@timestamp".to_owned(),
        now.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string().into(),
    );
    entry.extend(head.clone());
    entry.insert("@message".to_owned(), message.clone().into());
    let mut line = Value::Object(entry).to_string();
    if line.len() > LONGEST_LINE {
        head.insert("@message".to_owned(), shortened(&message).into());
        line = Value::Object(head).to_string();
    }
    line.push('\n');
    line.into_bytes()
}

fn shortened(message: &str) -> String {
    let kept = message.floor_char_boundary(KEPT_MESSAGE);
    format!("{} (shortened: the entry was too long)", &message[..kept])
}

const fn level(level: Level) -> &'static str {
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
