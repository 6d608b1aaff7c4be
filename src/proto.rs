//! The messages and servers that are generated from `proto/*.proto`.
//!
//! Only `plugin` and `protocol` know these types. `proto/README.md` says how to make them again.
#![allow(
    missing_docs,
    deprecated,
    unreachable_pub,
    clippy::all,
    clippy::pedantic,
    reason = "generated code follows its generator's style"
)]

/// Terraform's provider protocol.
pub mod tfplugin6 {
    include!("../proto/generated/tfplugin6.rs");
}

/// go-plugin's own services.
pub mod plugin {
    include!("../proto/generated/plugin.rs");
}

/// gRPC's health service.
pub mod grpc {
    pub mod health {
        pub mod v1 {
            include!("../proto/generated/grpc.health.v1.rs");
        }
    }
}
