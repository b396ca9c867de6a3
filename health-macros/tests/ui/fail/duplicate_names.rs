mod a {
    #[health_macros::readiness_check]
    fn database() -> bool {
        true
    }
}

mod b {
    #[health_macros::readiness_check(name = "database")]
    fn orders() -> bool {
        true
    }

    #[health_macros::liveness_check(name = "database")]
    fn ticking() -> bool {
        true
    }
}

fn main() {}
