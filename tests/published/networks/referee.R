# What metafor 3.8 says of networks in metadat 1.2. From the top of the repository:
#
#     Rscript tests/published/networks/referee.R > tests/published/networks/referee.json
#
# Each network is read as one row per treatment group. metafor gets differences against a trial's last group, the
# covariance that they share, and heterogeneity with a correlation of one half, as the help pages of dat.senn2013 and
# dat.hasselblad1998 do. Optimisers run to the end, so that figures agree to more digits than are printed.

suppressMessages(library(metafor))

# Where the heterogeneity is nothing the tight run ends in complaints, and metafor's own settings answer.
random_effects <- function(formula, V, effects) {
  fit_with <- function(control) {
    rma.mv(effects$yi, V, mods = formula, random = ~ comp | study, rho = 1 / 2, data = effects, control = control)
  }
  fit <- try(fit_with(list(optimizer = "nlminb", rel.tol = 1e-13, iter.max = 2000, eval.max = 4000)), silent = TRUE)
  if (inherits(fit, "try-error")) fit_with(list()) else fit
}

arms <- list(
  senn2013 = function() {
    d <- escalc(measure = "MN", mi = mi, sdi = sdi, ni = ni, data = dat.senn2013)
    data.frame(study = d$study, treatment = d$treatment, yi = c(d$yi), vi = d$vi)
  },
  hasselblad1998 = function() {
    d <- escalc(measure = "PLO", xi = xi, ni = ni, add = 1 / 2, to = "all", data = dat.hasselblad1998)
    data.frame(study = d$study, treatment = d$trt, yi = c(d$yi), vi = d$vi)
  },
  pagliaro1992 = function() {
    d <- escalc(measure = "PLO", xi = xi, ni = ni, add = 1 / 2, to = "all", data = dat.pagliaro1992)
    data.frame(study = d$study, treatment = d$trt, yi = c(d$yi), vi = d$vi)
  },
  franchini2012 = function() {
    d <- dat.franchini2012
    one <- function(n) data.frame(study = d$Study, treatment = d[[paste0("Treatment", n)]], mi = d[[paste0("y", n)]],
                                  sdi = d[[paste0("sd", n)]], ni = d[[paste0("n", n)]])
    d <- rbind(one(1), one(2), one(3))
    d <- escalc(measure = "MN", mi = mi, sdi = sdi, ni = ni, data = d[!is.na(d$treatment), ])
    data.frame(study = d$study, treatment = d$treatment, yi = c(d$yi), vi = d$vi)
  },
  dogliotti2014 = function() {
    d <- escalc(measure = "PLO", xi = stroke, ni = total, add = 1 / 2, to = "all", data = dat.dogliotti2014)
    data.frame(study = d$study, treatment = d$treatment, yi = c(d$yi), vi = d$vi)
  },
  dong2013 = function() {
    d <- escalc(measure = "PLO", xi = death, ni = randomized, add = 1 / 2, to = "all", data = dat.dong2013)
    data.frame(study = d$id, treatment = d$treatment, yi = c(d$yi), vi = d$vi)
  },
  baker2009 = function() {
    d <- escalc(measure = "PLO", xi = exac, ni = total, add = 1 / 2, to = "all", data = dat.baker2009)
    data.frame(study = paste(d$study, d$id), treatment = d$treatment, yi = c(d$yi), vi = d$vi)
  }
)

figure <- function(x) ifelse(is.na(x), "null", sprintf("%.17g", x))
text <- function(x) paste0('"', gsub('"', "'", x), '"')
list_of <- function(x) paste0("[", paste(x, collapse = ", "), "]")

one_network <- function(d) {
  d$study <- as.character(d$study)
  d$treatment <- as.character(d$treatment)
  d <- d[order(d$study, d$treatment), ]
  if (any(duplicated(d[c("study", "treatment")]))) { # groups of one treatment in one trial: leave the trial out
    twice <- unique(d$study[duplicated(d[c("study", "treatment")])])
    d <- d[!d$study %in% twice, ]
  }
  d <- d[d$study %in% names(which(table(d$study) > 1)), ]
  treatments <- sort(unique(d$treatment))
  effects <- X <- V <- own <- designs <- NULL
  for (study in unique(d$study)) {
    g <- d[d$study == study, ]
    m <- nrow(g)
    for (i in seq_len(m - 1)) {
      x <- (treatments == g$treatment[i]) - (treatments == g$treatment[m])
      comp <- paste(g$treatment[i], "-", g$treatment[m])
      effects <- rbind(effects, data.frame(study = study, yi = g$yi[i] - g$yi[m], comp = comp))
      X <- rbind(X, x[-1])
      own <- c(own, paste(paste(g$treatment, collapse = "|"), g$treatment[i], sep = " : "))
    }
    V <- c(V, list(diag(g$vi[-m], nrow = m - 1) + g$vi[m]))
  }
  V <- bldiag(V)
  colnames(X) <- treatments[-1]
  effects$X <- X
  effects$own <- factor(own)
  common <- rma.mv(yi, V, mods = ~ X - 1, data = effects)
  fit <- random_effects(~ X - 1, V, effects)
  within <- rma.mv(yi, V, mods = ~ own - 1, data = effects)
  free <- try(random_effects(~ own - 1, V, effects), silent = TRUE)
  wald <- c(NA, NA, NA)
  if (!inherits(free, "try-error") && nlevels(effects$own) > ncol(X)) {
    link <- X[match(levels(effects$own), as.character(effects$own)), , drop = FALSE]
    W <- solve(vcov(free))
    b <- solve(t(link) %*% W %*% link, t(link) %*% W %*% coef(free))
    r <- coef(free) - link %*% b
    wald <- c(t(r) %*% W %*% r, nlevels(effects$own) - ncol(X), free$tau2)
  }
  splits <- NULL
  for (i in seq_along(treatments)[-1]) for (j in seq_len(i - 1)) {
    one <- treatments[j]
    other <- treatments[i]
    z <- NULL
    for (study in unique(d$study)) {
      g <- d[d$study == study, ]
      half <- (g$treatment == one) / 2 - (g$treatment == other) / 2
      if (!all(c(one, other) %in% g$treatment)) half <- 0 * half
      z <- c(z, half[-length(half)] - half[length(half)])
    }
    if (all(z == 0) || qr(cbind(X, z))$rank == ncol(X)) next
    effects$Z <- cbind(X, z)
    s <- rma.mv(yi, V, mods = ~ Z - 1, random = ~ comp | study, rho = 1 / 2, tau2 = fit$tau2, data = effects)
    at <- length(coef(s))
    splits <- c(splits, list_of(c(text(one), text(other), figure(coef(s)[at]), figure(s$se[at]))))
  }
  c(
    arms = list_of(sprintf("[%s, %s, %s, %s]", text(d$study), text(d$treatment), figure(d$yi), figure(d$vi))),
    reference = text(treatments[1]),
    treatments = list_of(text(treatments[-1])),
    common = list_of(figure(coef(common))),
    common_se = list_of(figure(common$se)),
    q = figure(common$QE),
    q_df = figure(common$k - common$p),
    q_within = figure(within$QE),
    random = list_of(figure(coef(fit))),
    random_se = list_of(figure(fit$se)),
    tau2 = figure(fit$tau2),
    wald = list_of(figure(wald)),
    splits = list_of(splits)
  )
}

said <- sapply(names(arms), function(name) {
  found <- one_network(arms[[name]]())
  paste0(text(name), ": {\n", paste0("  ", text(names(found)), ": ", found, collapse = ",\n"), "\n}")
})
cat("{\n", paste(said, collapse = ",\n"), "\n}\n", sep = "")
