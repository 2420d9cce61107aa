//! Composition root: arguments, open the ports, choose a face.

fn main() {}
