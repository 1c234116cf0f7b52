using Gateway.Admin.Reports;

namespace Gateway.Admin.Doctor;

/// <summary>Collects the checks of one subject.</summary>
internal sealed class CheckList(string subject)
{
    private readonly List<DoctorCheck> checks = [];

    public IReadOnlyList<DoctorCheck> All => checks;

    public void Good(string check, string text) => checks.Add(new DoctorCheck(subject, check, DoctorVerdict.Good, text, ""));

    public void Warn(string check, string text, string nextStep) => checks.Add(new DoctorCheck(subject, check, DoctorVerdict.Warning, text, nextStep));

    public void Fail(string check, string text, string nextStep) => checks.Add(new DoctorCheck(subject, check, DoctorVerdict.Failed, text, nextStep));

    public void NotTried(string check, string text) => checks.Add(new DoctorCheck(subject, check, DoctorVerdict.NotTried, text, ""));
}
