//! The program that Terraform starts.

use std::process::ExitCode;
use std::sync::Arc;

use terraform_provider_arc::helm;
use terraform_provider_arc::plugin::{self, Mode};
use terraform_provider_arc::provider::ArcProvider;

const HELP: &str = "\
Terraform and OpenTofu provider that takes Kubernetes clusters to Azure Arc and keeps them there.

Terraform starts this program by itself. By hand:
  --debug      serve for a provider that runs in a debugger, and say how Terraform finds it
  --version    print the version
  --help       print this text";

/// What the command line asks for.
enum Command {
    Serve(Mode),
    Print(String),
}

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    match arguments.next() {
        Some(first) if first == helm::RUN_CHILD => return helm::supervise(arguments),
        Some(first) if first == helm::KEEP_CLEAN => return helm::keep_clean(arguments),
        _ => {}
    }
    // Before any library chooses for itself: ring starts at once, aws-lc-rs gathers entropy for up to 100 ms.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match command() {
        Ok(Command::Serve(mode)) => plugin::run(Arc::new(ArcProvider::new()), mode),
        Ok(Command::Print(text)) => print(&text),
        Err(error) => {
            eprintln!("terraform-provider-arc: {error}; see --help");
            ExitCode::from(2)
        }
    }
}

fn command() -> Result<Command, lexopt::Error> {
    use lexopt::prelude::Long;

    let mut arguments = lexopt::Parser::from_env();
    let mut command = Command::Serve(Mode::Plugin);
    while let Some(argument) = arguments.next()? {
        command = match argument {
            Long("debug") => Command::Serve(Mode::Debug),
            Long("help") => return Ok(Command::Print(HELP.to_owned())),
            Long("version") => return Ok(Command::Print(version())),
            other => return Err(other.unexpected()),
        };
    }
    Ok(command)
}

fn version() -> String {
    format!("terraform-provider-arc {}", env!("CARGO_PKG_VERSION"))
}

fn print(text: &str) -> ExitCode {
    plugin::write_line(text).map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
}
