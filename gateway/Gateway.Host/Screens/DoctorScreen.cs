using Gateway.Admin.Reports;

namespace Gateway.Host.Screens;

/// <summary>What <c>doctor</c> found, check by check below the name of whom it is about, each with its next step; the count of failures and warnings last.</summary>
public static class DoctorScreen
{
    public static IEnumerable<string> Lines(DoctorReport report, int width)
    {
        var labelWidth = report.Checks.Select(c => Label(c).Length).DefaultIfEmpty().Max();
        string? subject = null;
        foreach (var check in report.Checks)
        {
            if (check.Subject != subject) yield return Layout.Clean(subject = check.Subject);
            foreach (var line in Layout.Entry(Label(check), labelWidth, check.Text, width)) yield return line;
            if (check.NextStep.Length == 0) continue;
            foreach (var line in Layout.Entry("", labelWidth, "next: " + check.NextStep, width)) yield return line;
        }

        yield return "";
        string Count(DoctorVerdict verdict) => Layout.Number(report.Checks.Count(c => c.Verdict == verdict));
        yield return $"{Count(DoctorVerdict.Good)} good, {Count(DoctorVerdict.Warning)} warnings, {Count(DoctorVerdict.Failed)} failed, {Count(DoctorVerdict.NotTried)} not tried";
    }

    private static string Label(DoctorCheck check) => $"{Word(check.Verdict),-9}  {check.Check}";

    private static string Word(DoctorVerdict verdict) => verdict switch
    {
        DoctorVerdict.Good => "good",
        DoctorVerdict.Warning => "warning",
        DoctorVerdict.Failed => "FAILED",
        _ => "not tried",
    };
}
