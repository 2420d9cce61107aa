//! What is fast, measured: `cargo bench --bench figures`, and `… -- enrolment frame --json` for some of it as JSON lines.
//!
//! The goals are goals: nothing here fails because a machine is slow. Everything runs the real thing (the real registry on
//! loopback, a journal on disk, the program in a pseudo-terminal) but for the security keys, which are software and touch
//! themselves. Figures that belong together are taken in turn within one run, so that their ratio holds on a noisy machine.

mod apps;
#[path = "../../tests/it/registry/attackers.rs"]
mod attackers;
mod batch;
mod checks;
mod cold_start;
mod enrolment;
mod frame;
mod host;
mod lab;
mod memory;
mod metered;
mod operator;
mod report;
mod seat;
mod siege;

use std::process::ExitCode;

use report::Report;

/// Whatever went wrong, in words.
type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// A part of the benchmark.
type Part = fn(&mut Report) -> Fallible<()>;

const PARTS: [(&str, Part); 8] = [
    ("enrolment", enrolment::run),
    ("cold_start", cold_start::run),
    ("frame", frame::run),
    ("memory", memory::run),
    ("batch", batch::run),
    ("apps", apps::run),
    ("checks", checks::run),
    ("siege", siege::run),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.first().map(String::as_str) {
        Some(host::ARGUMENT) => host::run(arguments.get(1..).unwrap_or_default()),
        _ => measure(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::complain(&format!("not measured: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &[String]) -> Fallible<()> {
    let is_option = |argument: &String| argument.starts_with("--");
    let json = arguments.iter().any(|argument| argument == "--json");
    let wanted: Vec<&String> = arguments.iter().filter(|a| !is_option(a)).collect();
    if let Some(unknown) = wanted
        .iter()
        .find(|name| PARTS.iter().all(|(part, _)| part != *name))
    {
        let known = PARTS.map(|(part, _)| part).join(", ");
        return Err(format!("there is no part {unknown}; there are: {known}").into());
    }
    let mut report = Report::begin(json)?;
    for (name, part) in PARTS {
        if wanted.is_empty() || wanted.iter().any(|wanted| *wanted == name) {
            report.part(name)?;
            part(&mut report)?;
        }
    }
    Ok(())
}
