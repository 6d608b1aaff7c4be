//! The program that Terraform starts.

use std::process::ExitCode;

use terraform_provider_arc::release;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    if arguments
        .next()
        .is_some_and(|first| first == release::RUN_CHILD)
    {
        return release::supervise(arguments);
    }
    ExitCode::SUCCESS
}
