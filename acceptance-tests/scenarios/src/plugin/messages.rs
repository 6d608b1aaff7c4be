//! The messages of the provider protocol, generated from the same file as the provider's own.
#![allow(
    dead_code,
    missing_docs,
    clippy::all,
    clippy::pedantic,
    reason = "generated code follows its generator's style"
)]

include!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../proto/generated/tfplugin6.rs"
));
