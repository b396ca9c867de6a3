//! Real faults against etcd.

mod fixture;
