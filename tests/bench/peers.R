# Peers that run in R, all in this one process; tests/bench/r_process.py starts it and talks to it.
#
# It reads one request a line on standard input, words separated by tabs, and answers each with one line:
#   have                       the packages that are here: nlme, brms, rjags
#   versions                   those of R, JAGS and these packages, as a phrase
#   compile IN.csv             compile brms' Stan model; seconds
#   fit METHOD IN.csv OUT.csv  fit every diary of IN.csv, write one row a diary to OUT.csv; number of diaries
# IN.csv has the columns diary, day, rating (NA = not rated), on_first (0/1): a row for every day.
# OUT.csv has diary, estimate, sd, low, high, reject, ms: points, positive when the first treatment is
# better; ms is the wall time of the whole fit, from a data frame to these numbers.

options(warn = -1, mc.cores = 1)
folder <- commandArgs(trailingOnly = TRUE)[1]

have <- function(...) all(vapply(c(...), requireNamespace, logical(1), quietly = TRUE))

available <- function() {
  c(if (have("nlme")) "nlme", if (have("brms", "rstan")) "brms", if (have("rjags", "coda")) "rjags")
}

versions <- function() {
  of <- function(name) paste(name, packageVersion(name))
  packages <- vapply(c(available(), if (have("brms")) "rstan"), of, "")
  jags <- if (have("rjags")) paste("JAGS", rjags::jags.version())
  paste(c(paste0("R ", R.version$major, ".", R.version$minor), packages, jags), collapse = ", ")
}

# --- nlme ------------------------------------------------------------------------------------------
# The day index is the position of corAR1, so a gap of g days decays as phi^g; phi may be negative.

fit_gls <- function(d) {
  fit <- nlme::gls(rating ~ time + x, d, correlation = nlme::corAR1(form = ~day), method = "REML",
                   na.action = na.omit)
  row <- summary(fit)$tTable["x", ]
  half <- qt(0.975, fit$dims$N - fit$dims$p) * row[["Std.Error"]]
  c(row[["Value"]], row[["Std.Error"]], row[["Value"]] - half, row[["Value"]] + half, row[["p-value"]] < 0.05)
}

# --- brms ------------------------------------------------------------------------------------------

brms_model <- NULL

compile_brms <- function(d) {
  # Debian keeps Boost's headers outside R's library, where rstan does not look by itself.
  if (!nzchar(rstan::rstan_options("boost_lib"))) rstan::rstan_options(boost_lib = "/usr/include")
  brms_model <<- brms::brm(rating ~ time + x + ar(time = day, p = 1, cov = TRUE), d, chains = 0, silent = 2)
}

fit_brms <- function(chains, iter) function(d) {
  fit <- update(brms_model, newdata = d, recompile = FALSE, chains = chains, iter = iter, cores = 1,
                seed = 1, refresh = 0, silent = 2)
  from_draws(as.matrix(fit, variable = "b_x")[, 1])
}

# --- JAGS ------------------------------------------------------------------------------------------
# Run length and checks follow the defaults of the R package nof1 (0.5.0): 3 chains; 10,000 iterations of
# adaptation and 10,000 more until JAGS is content; then 10,000 at a time until every Gelman-Rubin statistic
# is below 1.05 (at most 100,000); the first half dropped; continued until 50,000 a chain are kept.

fit_jags <- function(d) {
  step <- 10000; keep <- 50000; limit <- 1.05; longest <- 100000
  start <- coef(lm(rating ~ on_first + time, d))
  inits <- lapply(1:3, function(chain) list(
    first_mean = start[[1]] + start[[2]] + rnorm(1) / 2, second_mean = start[[1]] + rnorm(1) / 2,
    trend = start[[3]] + rnorm(1) / 2, .RNG.name = "base::Mersenne-Twister", .RNG.seed = chain))
  data <- list(y = d$rating, on_first = d$on_first, time = d$time, n = nrow(d))
  model <- rjags::jags.model(file.path(folder, "nof1_model.jags"), data, inits, n.chains = 3,
                             n.adapt = step, quiet = TRUE)
  while (!rjags::adapt(model, step, end.adaptation = FALSE, progress.bar = "none")) {}
  watched <- c("first_mean", "second_mean", "trend", "sd", "rho", "effect")
  more <- function(n) rjags::coda.samples(model, watched, n, progress.bar = "none")
  join <- function(a, b) coda::as.mcmc.list(Map(function(p, q) coda::mcmc(rbind(p, q)), a, b))
  unsettled <- function(s) max(coda::gelman.diag(s, multivariate = FALSE)$psrf[, 1]) > limit

  samples <- more(step)
  while (unsettled(samples) && coda::niter(samples) < longest) samples <- join(samples, more(step))
  if (unsettled(samples)) stop("did not settle")
  samples <- window(samples, start = end(samples) - coda::niter(samples) %/% 2 + 1)
  if (coda::niter(samples) < keep) samples <- join(samples, more(keep - coda::niter(samples)))
  from_draws(as.matrix(samples)[, "effect"])
}

from_draws <- function(draws) {
  interval <- quantile(draws, c(0.025, 0.975), names = FALSE)
  c(mean(draws), sd(draws), interval, interval[1] > 0 || interval[2] < 0)
}

methods <- list(gls = fit_gls, brms = fit_brms(4, 2000), brms_short = fit_brms(2, 1000), jags = fit_jags)

# --- requests --------------------------------------------------------------------------------------

read_diaries <- function(path) {
  all <- read.csv(path)
  all$time <- all$day / 28
  all$x <- all$on_first - 0.5
  split(all, all$diary)
}

fit_file <- function(method, from, to) {
  diaries <- read_diaries(from)
  set.seed(1)
  rows <- lapply(diaries, function(d) {
    begin <- Sys.time()
    numbers <- tryCatch(methods[[method]](d), error = function(e) rep(NA_real_, 5))
    c(d$diary[1], numbers, 1000 * as.numeric(Sys.time() - begin, units = "secs"))
  })
  table <- as.data.frame(do.call(rbind, rows))
  names(table) <- c("diary", "estimate", "sd", "low", "high", "reject", "ms")
  write.csv(table, to, row.names = FALSE)
  nrow(table)
}

answer <- function(words) switch(words[1],
  have = paste(available(), collapse = " "),
  versions = versions(),
  compile = system.time(compile_brms(read_diaries(words[2])[[1]]))[["elapsed"]],
  fit = fit_file(words[2], words[3], words[4]))

input <- file("stdin", "r")
repeat {
  line <- readLines(input, 1)
  if (length(line) == 0) break
  # what packages print goes to standard error, so that standard output holds the answers only
  sink(stderr())
  said <- tryCatch(as.character(answer(strsplit(line, "\t")[[1]])),
                   error = function(e) paste("error:", gsub("\n", " ", conditionMessage(e))))
  sink()
  cat("answer:", said, "\n")
  flush(stdout())
}
