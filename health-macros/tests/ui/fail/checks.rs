use health_macros::checks;

mod jobs {
    #[health_macros::readiness_check]
    pub fn database() -> bool {
        true
    }

    #[health_macros::readiness_check]
    fn private() -> bool {
        true
    }

    pub fn not_a_check() {}
}

fn main() {
    let _ = checks![jobs::databse];
    let _ = checks![jobs::private];
    let _ = checks![jobs::not_a_check];
    let _ = checks!["database"];
    let _ = checks![jobs::database()];
    let _ = checks![Vec<u32>];
    let _ = checks![crate = 3; jobs::database];
    let _ = checks![crate = health_tower, jobs::database];
}
