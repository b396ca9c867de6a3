# orders on Nomad, with Consul. Check it with `nomad job validate orders.nomad.hcl`.

job "orders" {
  type        = "service"
  datacenters = ["*"]

  group "orders" {
    count = 3

    # One after the other, and the next when both checks have passed for 5 s. Two minutes for that: one to fetch the image, and one for
    # the service to start, the library's start-up deadline. An instance that takes longer is unhealthy, and replaced; without any
    # progress for ten minutes (`progress_deadline`), the version before comes back.
    update {
      max_parallel     = 1
      health_check     = "checks"
      min_healthy_time = "5s"
      healthy_deadline = "2m"
      auto_revert      = true
    }

    # What liveness restarts, is restarted here three times, and then elsewhere.
    restart {
      attempts = 3
      interval = "10m"
      delay    = "5s"
      mode     = "fail"
    }

    network {
      port "http" {
        to = 8080
      }
    }

    task "orders" {
      driver = "docker"

      config {
        image = "orders:1"
        ports = ["http"]
      }

      env {
        ORDERS_ADDR = "0.0.0.0:8080"
      }

      resources {
        cpu    = 200
        memory = 128
      }

      # `DrainPolicy::nomad` with 30 s: 10 s of lame duck, and a deadline at 25 s. The default of 5 s is too short to finish
      # anything, and more than 30 s need `max_kill_timeout` in the clients' configuration.
      kill_timeout = "30s"
      # The default of most drivers is SIGINT.
      kill_signal = "SIGTERM"

      service {
        name = "orders"
        port = "http"
        # Consul hands out only what passes. Nomad's own catalogue runs the checks as well, and hands out all.
        provider = "consul"

        # Where to send traffic. It restarts nothing: a database that is down doesn't come back by that. Every 5 s, so that it is
        # asked twice in the lame duck of 10 s.
        check {
          name     = "ready"
          type     = "http"
          path     = "/health/ready"
          interval = "5s"
          timeout  = "1s"
        }

        # What to restart: three failures in a row, and none of them in the first minute, in which a service may start.
        check {
          name     = "live"
          type     = "http"
          path     = "/health/live"
          interval = "10s"
          timeout  = "1s"

          check_restart {
            limit = 3
            grace = "60s"
          }
        }
      }
    }
  }
}
