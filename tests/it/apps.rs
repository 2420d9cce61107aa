//! Authenticator apps: a software phone, the real registry on loopback, and what both sides say afterwards.

mod desk;
