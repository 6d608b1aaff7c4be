//! The generated clients.
#![allow(
    dead_code,
    clippy::all,
    clippy::pedantic,
    reason = "generated code follows its generator's style"
)]

pub mod tfplugin6 {
    include!("../../proto/generated/client/tfplugin6.rs");
}

pub mod plugin {
    include!("../../proto/generated/client/plugin.rs");
}

pub mod health {
    include!("../../proto/generated/client/grpc.health.v1.rs");
}
