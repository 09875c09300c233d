"""The words of a trial, as frozen objects: outcome, protocol, schedule, diary, trial. Standard library only."""
