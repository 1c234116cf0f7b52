namespace Certificates.Tests;

/// <summary>One authority for all tests of the room, and a moment to judge at.</summary>
internal static class Lab
{
    public static DateTimeOffset Now { get; } = new(2030, 6, 1, 12, 0, 0, TimeSpan.Zero);

    public static LabAuthority Authority { get; } = LabAuthority.Create(Now);

    public static PeerEvidence Evidence(LabLeaf leaf) => new(leaf.Certificate, leaf.Intermediates, "192.0.2.1:5061", "Tls13", "x");

    public static CertificateVerdict Judge(LabLeafOptions options, CertificateUse use, string name, bool wildcard = false) =>
        CertificateJudge.Judge(Evidence(Authority.Issue(options)), new CertificateExpectation(use, name, wildcard), Authority.ToTrust(), Now);
}
