//! Members of real etcd servers, and what a person sees where they can't be.

mod auth;
mod ends;
mod instance;
mod lifecycle;
mod listed;
mod names;
mod places;
mod slow;
mod tls;
