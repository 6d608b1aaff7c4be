//! A provider that a person started, in a debugger or under a profiler.
//!
//! Terraform finds it by the environment variable `TF_REATTACH_PROVIDERS`, skips installation and TLS, and neither starts
//! nor ends it.

use std::process;

use serde_json::json;

use super::error::Error;
use super::handshake::PROTOCOL_VERSION;
use super::listener::Address;
use super::stdout::write_line;

/// The provider's address in configurations.
const SOURCE: &str = "registry.terraform.io/multicloud/arc";

/// Prints what to set in the shell that will run Terraform.
///
/// # Errors
///
/// When stdout is closed.
pub(super) fn announce(address: &Address) -> Result<(), Error> {
    write_line("Provider started. To use it, set this in the shell that runs Terraform:\n")?;
    write_line(&format!("TF_REATTACH_PROVIDERS='{}'\n", reattach(address)))?;
    write_line("It goes on until Ctrl-C.")?;
    Ok(())
}

/// The variable's value. `Test` tells Terraform to leave the process alone.
fn reattach(address: &Address) -> serde_json::Value {
    json!({
        SOURCE: {
            "Protocol": "grpc",
            "ProtocolVersion": PROTOCOL_VERSION,
            "Pid": process::id(),
            "Test": true,
            "Addr": { "Network": address.network(), "String": address.to_string() },
        }
    })
}
