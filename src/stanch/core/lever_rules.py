"""Which rule answers which command about controls, runbooks, checks, samples and reminders."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from stanch.core import checking, commands as c, lever_reports, levers, speaking, walking
from stanch.core.catalogue import Catalogue
from stanch.core.incident import Incident
from stanch.core.said import Said

Rule = Callable[[Incident, Any, str, datetime, Catalogue], Said]
LEVERS: dict[type[c.Command], Rule] = {
    c.Pull: levers.pull,
    c.Undo: levers.undo,
    c.Confirm: levers.confirm,
    c.CancelPull: levers.cancel,
    c.LookAgain: levers.look_again,
    c.ReportReading: lever_reports.reading,
    c.ReportSaved: lever_reports.saved,
    c.ReportAccepted: lever_reports.accepted,
    c.ReportFailed: lever_reports.failed,
    c.ReportProof: lever_reports.proof,
    c.ReportHeld: lever_reports.held,
    c.OpenRunbook: walking.opened,
    c.Choose: walking.choose,
    c.StepBack: walking.back,
    c.RunChecks: checking.run,
    c.ReportChecks: checking.report,
    c.DrawSample: checking.draw,
    c.ReportSample: checking.drawn,
    c.JudgeAnswer: checking.judge,
    c.EndSample: checking.end,
    c.ReportShown: checking.shown,
    c.ReportDrift: checking.drift,
    c.StillInvestigating: speaking.still,
    c.Snooze: speaking.snooze,
    c.ReportReminded: speaking.reminded,
    c.OweReminder: speaking.owe,
}
