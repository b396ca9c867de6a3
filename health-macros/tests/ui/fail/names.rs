use health_macros::readiness_check;

#[readiness_check(name = "")]
fn empty() -> bool {
    true
}

#[readiness_check(
    name = "an orders database, which is the one that the orders are in, and which has a name that is far too long"
)]
fn long() -> bool {
    true
}

#[readiness_check]
fn an_orders_database_which_is_the_one_that_the_orders_are_in_and_which_has_a_name_that_is_very_much_too_long()
-> bool {
    true
}

#[readiness_check(name = "orders\n")]
fn control() -> bool {
    true
}

#[readiness_check(name = "orders\u{202e}sredro")]
fn backwards() -> bool {
    true
}

#[readiness_check(name = "or\u{200b}ders")]
fn zero_width() -> bool {
    true
}

#[readiness_check(name = " orders ")]
fn white_space() -> bool {
    true
}

#[readiness_check(name = orders)]
fn unquoted() -> bool {
    true
}

fn main() {}
