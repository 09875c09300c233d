# metafor's own times: one synthesis a row of two CSV files without header (yi and vi), milliseconds each (the best of ten), one a line.
#
#     Rscript --vanilla synthesis.R YI.csv VI.csv
#
# What is timed is what a user asks for: REML, Hartung-Knapp and the prediction interval. The first row is run once
# before, so that nothing is compiled while the clock runs.

suppressMessages(library(metafor))
files <- commandArgs(trailingOnly = TRUE)
yi <- as.matrix(read.csv(files[1], header = FALSE))
vi <- as.matrix(read.csv(files[2], header = FALSE))
once <- function(i) predict(rma(yi[i, ], vi[i, ], method = "REML", test = "adhoc"))
invisible(once(1))
for (i in seq_len(nrow(yi))) {
   least <- Inf
   for (again in 1:10) {
      began <- Sys.time()
      answer <- once(i)
      least <- min(least, 1000 * as.numeric(difftime(Sys.time(), began, units = "secs")))
   }
   cat(sprintf("%.6f,%.12g,%.12g\n", least, answer$pred, answer$pi.lb))
}
