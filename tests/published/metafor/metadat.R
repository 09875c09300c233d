# The referee's answers: metafor 3.8 over the data sets of metadat 1.2, as JSON for test_metafor.py.
#
#     Rscript --vanilla tests/published/metafor/metadat.R | gzip -9n > tests/published/metafor/metadat.json.gz
#
# One recipe a data set (some have two or three): the measure and the columns it needs, named as escalc names them.
# Where a data set holds something else than two groups or a correlation (proportions, reliabilities), metafor's
# escalc makes yi and vi, and only their synthesis is compared (measure GEN). Rows that belong together
# (several outcomes of a study) count as studies here: arithmetic is compared, not a sensible analysis.
#
# metafor stops REML at a change of 1e-5 in tau2 and finds Paule-Mandel and interval ends to 1e-4; both are
# tightened below, since the comparison is finer than that.

suppressMessages({ library(metadat); library(metafor) })
options(warn = -1)

TIGHT <- list(threshold = 1e-12, maxiter = 500, tol = 1e-13, tau2.max = 1e7)
METHODS <- c("EE", "DL", "PM", "REML")
TESTS <- c("z", "knha", "adhoc")

means <- function(m1, sd1, n1, m2, sd2, n2)
   data.frame(m1i = m1, sd1i = sd1, n1i = n1, m2i = m2, sd2i = sd2, n2i = n2)
totals <- function(ai, n1i, ci, n2i) data.frame(ai = ai, n1i = n1i, ci = ci, n2i = n2i)
cells <- function(ai, bi, ci, di) data.frame(ai = ai, bi = bi, ci = ci, di = di)
rates <- function(x1i, t1i, x2i, t2i) data.frame(x1i = x1i, t1i = t1i, x2i = x2i, t2i = t2i)
cors <- function(ri, ni) data.frame(ri = ri, ni = ni)
ready <- function(yi, vi) data.frame(yi = as.numeric(yi), vi = as.numeric(vi))
made <- function(measure, ...) { d <- do.call(escalc, list(measure = measure, ...)); ready(d$yi, d$vi) }

# Two arms of a data set with an arm a row: the studies that have both, first arm against second.
two_arms <- function(study, arm, first, second, x, n) {
   one <- !duplicated(paste(study, arm))
   study <- study[one]; arm <- arm[one]; x <- x[one]; n <- n[one]
   both <- intersect(study[arm == first], study[arm == second])
   i <- match(paste(both, first), paste(study, arm))
   j <- match(paste(both, second), paste(study, arm))
   totals(x[i], n[i], x[j], n[j])
}

# The first effect of each study, where a data set holds hundreds: metafor inverts matrices of studies by studies.
first <- function(d, study) d[!duplicated(d[[study]]), ]

recipes <- list()
recipe <- function(data, measure, columns, mods = NULL) {
   name <- sub("^dat\\.", "", data)
   recipes[[length(recipes) + 1]] <<- list(name = paste0(name, ":", measure), data = data, measure = measure,
                                            columns = columns, mods = mods)
}

d <- dat.aloe2013;         recipe("dat.aloe2013", "GEN", made("PCOR", ti = d$tval, ni = d$n, mi = d$preds), cbind(preds = d$preds))
d <- dat.anand1999;        recipe("dat.anand1999", "OR", totals(d$ai, d$n1i, d$ci, d$n2i))
d <- dat.assink2016;       recipe("dat.assink2016", "SMD", ready(d$yi, d$vi), cbind(year = d$year, pubstatus = d$pubstatus))
d <- dat.axfors2021;       recipe("dat.axfors2021", "OR", totals(d$hcq_arm_event, d$hcq_arm_total, d$control_arm_event, d$control_arm_total))
d <- first(dat.bakdash2021, "SampleID"); recipe("dat.bakdash2021", "ZCOR", ready(d$es.z, d$vi.z))
d <- dat.baker2009;        recipe("dat.baker2009", "OR", two_arms(d$id, d$treatment, "Salmeterol", "Placebo", d$exac, d$total))
d <- dat.bangertdrowns2004; recipe("dat.bangertdrowns2004", "SMD", ready(d$yi, d$vi), cbind(length = d$length))
d <- dat.baskerville2012;  recipe("dat.baskerville2012", "SMD", data.frame(yi = d$smd, sei = d$se), cbind(score = d$score))
d <- dat.bcg
for (m in c("RR", "OR", "RD")) recipe("dat.bcg", m, cells(d$tpos, d$tneg, d$cpos, d$cneg), cbind(ablat = d$ablat, year = d$year))
d <- dat.begg1989;         recipe("dat.begg1989", "GEN", ready(d$yi, d$vi))
d <- subset(dat.berkey1998, outcome == "PD"); recipe("dat.berkey1998", "GEN", ready(d$yi, d$vi))
d <- first(dat.besson2016, "comp_ID"); recipe("dat.besson2016", "SMD", means(d$exp_mean, d$exp_se * sqrt(d$exp_n), d$exp_n, d$con_mean, d$con_se * sqrt(d$con_n), d$con_n))
d <- dat.bonett2010;       recipe("dat.bonett2010", "GEN", made("ABT", ai = d$ai, mi = d$mi, ni = d$ni))
d <- dat.bornmann2007;     recipe("dat.bornmann2007", "OR", totals(d$waward, d$wtotal, d$maward, d$mtotal), cbind(fellowship = as.numeric(d$type == "Fellowship")))
d <- subset(dat.bourassa1996, sex == "combined"); recipe("dat.bourassa1996", "OR", cells(d$lh.le, d$lh.re, d$rh.le, d$rh.re))
d <- dat.cannon2006;       recipe("dat.cannon2006", "OR", totals(d$ep1t, d$nt, d$ep1c, d$nc))
d <- dat.cohen1981;        recipe("dat.cohen1981", "ZCOR", cors(d$ri, d$ni)); recipe("dat.cohen1981", "COR", cors(d$ri, d$ni))
d <- dat.colditz1994;      recipe("dat.colditz1994", "RR", cells(d$tpos, d$tneg, d$cpos, d$cneg), cbind(ablat = d$ablat, year = d$year))
d <- dat.collins1985a;     recipe("dat.collins1985a", "OR", totals(d$b.xti, d$nti, d$b.xci, d$nci)); recipe("dat.collins1985a", "RD", totals(d$d.xti, d$nti, d$d.xci, d$nci))
d <- dat.collins1985b;     recipe("dat.collins1985b", "OR", totals(d$pre.xti, d$pre.nti, d$pre.xci, d$pre.nci))
d <- subset(dat.craft2003, var1 == "acog" & var2 == "perf"); recipe("dat.craft2003", "ZCOR", cors(d$ri, d$ni))
d <- subset(dat.crede2010, criterion == "grade"); recipe("dat.crede2010", "ZCOR", cors(d$ri, d$ni), cbind(year = d$year))
d <- dat.curtis1998;       recipe("dat.curtis1998", "ROM", means(d$m1i, d$sd1i, d$n1i, d$m2i, d$sd2i, d$n2i))
d <- subset(dat.dagostino1998, outcome == "rnic1"); recipe("dat.dagostino1998", "SMD", means(d$mt, d$sdt, d$nt, d$mc, d$sdc, d$nc))
d <- subset(dat.dagostino1998, outcome == "rngoal1"); recipe("dat.dagostino1998", "OR", totals(d$xt, d$nt, d$xc, d$nc))
d <- dat.damico2009;       recipe("dat.damico2009", "OR", totals(d$xt, d$nt, d$xc, d$nc))
d <- dat.debruin2009;      recipe("dat.debruin2009", "GEN", made("PR", xi = d$xi, ni = d$ni), cbind(scq = d$scq, caucasian = as.numeric(d$ethnicity == "caucasian")))
d <- dat.dogliotti2014;    recipe("dat.dogliotti2014", "OR", two_arms(d$id, d$treatment, "VKAs", "Aspirin", d$stroke, d$total))
d <- dat.dong2013;         recipe("dat.dong2013", "OR", two_arms(d$id, d$treatment, "LABA-ICS", "Placebo", d$death, d$randomized))
d <- dat.dorn2007;         recipe("dat.dorn2007", "RR", totals(d$x.a, d$n.a, d$x.p, d$n.p))
d <- dat.egger2001;        recipe("dat.egger2001", "OR", totals(d$ai, d$n1i, d$ci, d$n2i))
d <- dat.fine1993;         recipe("dat.fine1993", "OR", totals(d$e1i, d$nei, d$c1i, d$nci))
d <- dat.franchini2012;    recipe("dat.franchini2012", "MD", means(d$y2, d$sd2, d$n2, d$y1, d$sd1, d$n1))
d <- dat.frank2008;        recipe("dat.frank2008", "OR", cells(d$bc.ins.del, d$bc.ins.ins, d$ct.ins.del, d$ct.ins.ins))
d <- dat.gibson2002;       recipe("dat.gibson2002", "SMD", means(d$m1i, d$sd1i, d$n1i, d$m2i, d$sd2i, d$n2i)); recipe("dat.gibson2002", "RR", cells(d$ai, d$bi, d$ci, d$di))
d <- dat.graves2010;       recipe("dat.graves2010", "RR", totals(d$ai, d$n1i, d$ci, d$n2i))
d <- dat.gurusamy2011;     recipe("dat.gurusamy2011", "OR", two_arms(d$study, d$treatment, "Aprotonin", "Control/Placebo", d$death, d$n))
d <- dat.hackshaw1998;     recipe("dat.hackshaw1998", "OR", ready(d$yi, d$vi), cbind(year = d$year))
d <- dat.hahn2001;         recipe("dat.hahn2001", "OR", totals(d$ai, d$n1i, d$ci, d$n2i))
d <- dat.hannum2020;       recipe("dat.hannum2020", "GEN", made("PR", xi = d$xi, ni = d$ni), cbind(objective = as.numeric(d$objectivity == "Objective")))
d <- dat.hart1999;         recipe("dat.hart1999", "IRR", rates(d$x1i, d$t1i, d$x2i, d$t2i))
d <- dat.hartmannboyce2018; recipe("dat.hartmannboyce2018", "RR", totals(d$x.nrt, d$n.nrt, d$x.ctrl, d$n.ctrl))
d <- dat.hasselblad1998;   recipe("dat.hasselblad1998", "OR", two_arms(d$study, d$trt, "ind_counseling", "no_contact", d$xi, d$ni))
d <- dat.hine1989;         recipe("dat.hine1989", "RD", totals(d$ai, d$n1i, d$ci, d$n2i))
d <- dat.ishak2007;        recipe("dat.ishak2007", "MD", ready(d$y1i, d$v1i), cbind(mbase = d$mbase))
d <- dat.kalaian1996;      recipe("dat.kalaian1996", "SMD", ready(d$yi, d$vi), cbind(hrs = d$hrs))
d <- dat.kearon1998;       recipe("dat.kearon1998", "OR", cells(d$tp, d$np - d$tp, d$nn - d$tn, d$tn), cbind(symptomatic = as.numeric(d$patients == "symptomatic")))
d <- dat.knapp2017;        recipe("dat.knapp2017", "SMD", ready(d$yi, d$vi), cbind(difficulty = d$difficulty))
d <- dat.konstantopoulos2011; recipe("dat.konstantopoulos2011", "SMD", ready(d$yi, d$vi), cbind(year = d$year))
d <- dat.landenberger2005; recipe("dat.landenberger2005", "OR", cells(d$n.cbt.non, d$n.cbt.rec, d$n.ctrl.non, d$n.ctrl.rec), cbind(sessions = d$sessions))
d <- dat.laopaiboon2015;   recipe("dat.laopaiboon2015", "RR", totals(d$ai, d$n1i, d$ci, d$n2i))
d <- dat.lau1992;          recipe("dat.lau1992", "OR", totals(d$ai, d$n1i, d$ci, d$n2i), cbind(year = d$year))
d <- dat.lee2004;          recipe("dat.lee2004", "RR", totals(d$ai, d$n1i, d$ci, d$n2i)); recipe("dat.lee2004", "OR", totals(d$ai, d$n1i, d$ci, d$n2i))
d <- dat.lehmann2018;      recipe("dat.lehmann2018", "SMD", ready(d$yi, d$vi))
d <- dat.li2007;           recipe("dat.li2007", "OR", totals(d$ai, d$n1i, d$ci, d$n2i))
d <- dat.lim2014$o_o_unadj; recipe("dat.lim2014", "ZCOR", cors(d$ri, d$ni))
d <- dat.linde2005;        recipe("dat.linde2005", "RR", totals(d$ai, d$n1i, d$ci, d$n2i), cbind(baseline = d$baseline))
d <- dat.linde2015;        recipe("dat.linde2015", "OR", totals(d$resp1, d$n1, d$resp2, d$n2))
d <- dat.linde2016;        recipe("dat.linde2016", "OR", data.frame(yi = d$lnOR, sei = d$selnOR))
d <- dat.lopez2019;        recipe("dat.lopez2019", "GEN", data.frame(yi = d$diff, sei = d$se), cbind(sessions = d$sessions))
d <- dat.maire2019$dat;    recipe("dat.maire2019", "GEN", ready(d$s1, d$vars1))
d <- first(dat.mccurdy2020, "article"); recipe("dat.mccurdy2020", "GEN", ready(d$yi, d$vi))
d <- dat.mcdaniel1994;     recipe("dat.mcdaniel1994", "ZCOR", cors(d$ri, d$ni)); recipe("dat.mcdaniel1994", "COR", cors(d$ri, d$ni))
d <- dat.michael2013;      recipe("dat.michael2013", "MD", means(d$Brain_m, d$Brain_s, d$Brain_n, d$No_brain_m, d$No_brain_s, d$No_brain_n))
d <- dat.molloy2014;       recipe("dat.molloy2014", "ZCOR", cors(d$ri, d$ni), cbind(quality = d$quality)); recipe("dat.molloy2014", "COR", cors(d$ri, d$ni))
d <- first(dat.moura2021$dat, "study.id"); recipe("dat.moura2021", "ZCOR", cors(d$ri, d$ni))
d <- dat.nakagawa2007;     recipe("dat.nakagawa2007", "ZCOR", cors(d$Correlation, d$SampleSize))
d <- dat.nielweise2007;    recipe("dat.nielweise2007", "OR", totals(d$ai, d$n1i, d$ci, d$n2i))
d <- dat.nielweise2008;    recipe("dat.nielweise2008", "IRR", rates(d$x1i, d$t1i, d$x2i, d$t2i))
d <- dat.normand1999
for (m in c("MD", "SMD", "ROM")) recipe("dat.normand1999", m, means(d$m1i, d$sd1i, d$n1i, d$m2i, d$sd2i, d$n2i))
d <- dat.obrien2003;       recipe("dat.obrien2003", "GEN", made("PR", xi = d$cases, ni = d$total), cbind(bmi = d$bmi))
d <- dat.pagliaro1992;     recipe("dat.pagliaro1992", "OR", two_arms(d$study, d$trt, "sclerotherapy", "control", d$xi, d$ni))
d <- dat.pignon2000;       recipe("dat.pignon2000", "HR", ready(d$OmE / d$V, 1 / d$V))
d <- dat.pritz1997;        recipe("dat.pritz1997", "GEN", made("PLO", xi = d$xi, ni = d$ni))
d <- dat.raudenbush1985;   recipe("dat.raudenbush1985", "SMD", ready(d$yi, d$vi), cbind(weeks = pmin(d$weeks, 3)))
d <- subset(dat.riley2003, outcome == "DFS"); recipe("dat.riley2003", "HR", data.frame(yi = d$yi, sei = d$sei))
d <- dat.senn2013
w <- to.wide(d, study = "study", grp = "treatment", ref = "placebo", grpvars = c(2, 5, 6))
w <- subset(w, treatment.1 == "rosiglitazone" & treatment.2 == "placebo")
recipe("dat.senn2013", "MD", means(w$mi.1, w$sdi.1, w$ni.1, w$mi.2, w$sdi.2, w$ni.2))
d <- dat.stowe2010;        recipe("dat.stowe2010", "MD", means(d$y1, d$sd1, d$n1, d$y2, d$sd2, d$n2))
d <- dat.tannersmith2016;  recipe("dat.tannersmith2016", "ZCOR", data.frame(yi = d$yi, sei = d$sei), cbind(aget1 = d$aget1, aget2 = d$aget2))
d <- dat.vanhowe1999;      recipe("dat.vanhowe1999", "OR", cells(d$non.pos, d$non.neg, d$cir.pos, d$cir.neg))
d <- dat.viechtbauer2021;  recipe("dat.viechtbauer2021", "OR", totals(d$xTi, d$nTi, d$xCi, d$nCi), cbind(dose = d$dose))
d <- dat.white2020;        recipe("dat.white2020", "ZCOR", cors(d$r, d$n))
d <- dat.woods2010;        recipe("dat.woods2010", "OR", two_arms(d$author, d$treatment, "Salmeterol", "Placebo", d$r, d$N))
d <- dat.yusuf1985;        recipe("dat.yusuf1985", "OR", totals(d$ai, d$n1i, d$ci, d$n2i))

# A writer of JSON for numbers, strings and lists of them; NA, NaN and infinities are null.
number <- function(x) ifelse(is.finite(x), sub("^(-?)\\.", "\\10.", formatC(x, digits = 17, format = "g")), "null")
json <- function(x) {
   if (is.null(x)) return("null")
   if (is.list(x)) {
      if (!length(x)) return("{}")
      inner <- vapply(x, json, "")
      if (is.null(names(x))) return(paste0("[", paste(inner, collapse = ","), "]"))
      return(paste0("{", paste0('"', names(x), '":', inner, collapse = ","), "}"))
   }
   each <- if (is.character(x)) paste0('"', x, '"') else if (is.logical(x)) ifelse(is.na(x), "null", tolower(x)) else trimws(number(as.numeric(x)))
   if (length(x) == 1 && is.null(attr(x, "many"))) each else paste0("[", paste(each, collapse = ","), "]")
}
many <- function(x) structure(as.numeric(x), many = TRUE)

# Fisher scoring may step to and fro about its goal, where half steps help, or the goal may be finer than digits are.
fit <- function(yi, vi, ...) {
   r <- try(rma(yi, vi, ..., control = TIGHT), silent = TRUE)
   if (!inherits(r, "try-error")) return(r)
   rma(yi, vi, ..., control = modifyList(TIGHT, list(stepadj = 0.5, threshold = 1e-12 * max(1, var(yi)))))
}

one <- function(r) {
   p <- predict(r)
   list(estimate = r$beta[1], se = r$se, low = r$ci.lb, high = r$ci.ub, p = r$pval,
        prediction_low = if (is.null(p$pi.lb)) NA else p$pi.lb, prediction_high = if (is.null(p$pi.ub)) NA else p$pi.ub)
}

answer <- function(rec) {
   columns <- rec$columns
   d <- if ("yi" %in% names(columns)) {
      data.frame(yi = columns$yi, vi = if ("sei" %in% names(columns)) columns$sei^2 else columns$vi)
   } else do.call(escalc, c(list(measure = rec$measure), as.list(columns)))
   used <- which(is.finite(d$yi) & is.finite(d$vi) & d$vi > 0)
   yi <- as.numeric(d$yi[used]); vi <- as.numeric(d$vi[used]); k <- length(yi)
   out <- list(name = rec$name, data = rec$data, measure = rec$measure,
               columns = lapply(as.list(columns), many), used = many(used - 1), yi = many(yi), vi = many(vi))
   fits <- list()
   for (m in METHODS) {
      f <- list()
      for (t in TESTS) {
         r <- fit(yi, vi, method = m, test = t)
         f[[t]] <- one(r)
      }
      ends <- if (m == "EE") c(NA, NA) else {
         ci <- confint(r, control = TIGHT)$random[1, 2:3]
         # where even tau2 = 0 is refuted from below, metafor reports an empty set
         ifelse(is.na(ci), 0, ci)
      }
      fits[[if (m == "EE") "FE" else m]] <- c(list(tau2 = r$tau2, tau2_low = ends[[1]], tau2_high = ends[[2]],
         i2 = r$I2, h2 = r$H2, q = r$QE, q_p = r$QEp), f)
   }
   out$fits <- fits
   z <- fit(yi, vi)
   out$weights <- many(weights(z))
   if (k >= 3 && k <= 70 && diff(range(vi)) > 1e-12) {
      l <- lapply(seq_len(k), function(i) fit(yi[-i], vi[-i], test = "adhoc"))  # leave1out, with half steps where needed
      out$leave1out <- list(estimate = many(sapply(l, function(r) r$beta)), low = many(sapply(l, function(r) r$ci.lb)),
                            high = many(sapply(l, function(r) r$ci.ub)), tau2 = many(sapply(l, function(r) r$tau2)))
      s <- try(regtest(z), silent = TRUE)
      if (!inherits(s, "try-error")) out$regtest <- list(statistic = s$zval, p = s$pval, limit = s$est, low = s$ci.lb, high = s$ci.ub)
      s <- try(regtest(z, model = "lm"), silent = TRUE)
      if (!inherits(s, "try-error")) out$egger <- list(statistic = s$zval, p = s$pval)
      s <- ranktest(z)
      out$ranktest <- list(tau = s$tau, p = s$pval)
      out$trimfill <- list()
      m <- fit(yi, vi, method = "DL")  # trimfill fits anew without the control, so without a search
      for (e in c("L0", "R0", "Q0")) {
         s <- try(trimfill(m, estimator = e), silent = TRUE)
         if (!inherits(s, "try-error")) out$trimfill[[e]] <- list(k0 = s$k0, side = s$side, estimate = s$beta[1], tau2 = s$tau2, low = s$ci.lb, high = s$ci.ub)
      }
   }
   if (!is.null(rec$mods)) {
      mods <- rec$mods[used, , drop = FALSE]
      ok <- which(rowSums(!is.finite(mods)) == 0)
      mods <- mods[ok, , drop = FALSE]
      out$regression <- list(names = as.list(colnames(mods)), rows = many(ok - 1),
                             design = lapply(seq_along(ok), function(i) many(mods[i, ])))
      found <- list()
      for (m in METHODS) for (t in TESTS) {
         r <- fit(yi[ok], vi[ok], mods = mods, method = m, test = t)
         found[[paste(if (m == "EE") "FE" else m, t)]] <- list(estimate = many(r$beta), se = many(r$se), p = many(r$pval), low = many(r$ci.lb), high = many(r$ci.ub),
            tau2 = r$tau2, i2 = r$I2, h2 = r$H2, r2 = if (is.null(r$R2)) NA else r$R2, qe = r$QE, qe_p = r$QEp, qm = r$QM, qm_p = r$QMp)
      }
      ci <- confint(fit(yi[ok], vi[ok], mods = mods), control = TIGHT)$random[1, 2:3]
      out$regression$tau2_interval <- many(ci)
      out$regression$fits <- found
   }
   out
}

everything <- c(data(package = "metadat")$results[, "Item"])
reasons <- list()
for (name in setdiff(everything, vapply(recipes, function(r) r$data, ""))) reasons[[name]] <- "no recipe"
results <- list()
for (rec in recipes) {
   began <- proc.time()[["elapsed"]]
   found <- try(answer(rec), silent = TRUE)
   message(sprintf("%s: %d rows, %.1f s", rec$name, nrow(rec$columns), proc.time()[["elapsed"]] - began))
   if (inherits(found, "try-error")) {
      reasons[[rec$name]] <- gsub('["\n\\\\]', " ", as.character(found))
      message(rec$name, ": ", found)
   } else results[[length(results) + 1]] <- found
}
cat(json(list(n_data_sets = length(everything), metafor = as.character(packageVersion("metafor")), metadat = as.character(packageVersion("metadat")),
              skipped = reasons, analyses = results)), "\n", sep = "")
