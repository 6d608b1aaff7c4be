//! Free TCP ports on the loopback address.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Mutex;
use std::sync::PoisonError;

use anyhow::Context;
use uuid::Uuid;

/// Below the range that Linux hands out for outgoing connections, so that a port which was free a moment ago is not
/// taken by a client; above those that programs are usually configured with.
const FIRST: u16 = 20_000;
const LAST: u16 = 32_000;

/// Hands out free ports, each once. Worlds side by side begin at random ports.
#[derive(Debug)]
pub struct Ports(Mutex<u16>);

impl Default for Ports {
    fn default() -> Self {
        let [high, low, ..] = *Uuid::new_v4().as_bytes();
        Self(Mutex::new(
            FIRST + u16::from_be_bytes([high, low]) % (LAST - FIRST),
        ))
    }
}

impl Ports {
    /// The next free port.
    ///
    /// # Errors
    ///
    /// When the whole range is taken.
    pub fn take(&self) -> anyhow::Result<u16> {
        let mut next = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in FIRST..LAST {
            let port = *next;
            *next = if port + 1 < LAST { port + 1 } else { FIRST };
            if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return Ok(port);
            }
        }
        None.context("no free port on the loopback address")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_handed_out_once_and_only_when_free() {
        let ports = Ports(Mutex::new(FIRST));
        let taken = ports.take().expect("a free port");
        let _listener = TcpListener::bind((Ipv4Addr::LOCALHOST, taken + 1));
        let next = ports.take().expect("another free port");
        assert!(
            next > taken + 1,
            "{next} after {taken}, with {} in use",
            taken + 1
        );
    }
}
