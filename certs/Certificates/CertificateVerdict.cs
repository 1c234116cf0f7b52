namespace Certificates;

/// <summary>What was proved: the name, by which entry of the certificate, under which trust set.</summary>
/// <param name="Name">The name asked for, lower case A-labels.</param>
/// <param name="MatchedEntry">The entry that carried it, as text such as <c>dns:sip.contoso.example</c>.</param>
/// <param name="TrustSet">The trust set that vouches.</param>
/// <param name="Fingerprint">SHA-256 of the leaf, upper-case hex.</param>
/// <param name="NotAfter">When the proof ends by itself: the earliest end in the chain.</param>
public sealed record CertificateProof(string Name, string MatchedEntry, string TrustSet, string Fingerprint, DateTimeOffset NotAfter);

/// <summary>The answer of <see cref="CertificateJudge"/>: a proof, or one reason with words for the operator.</summary>
public readonly record struct CertificateVerdict(CertificateProof? Proof, CertificateReason Reason, string Detail)
{
    /// <summary>True when the name was proved.</summary>
    public bool IsProved => Proof is not null;

    internal static CertificateVerdict Refused(CertificateReason reason, string detail) => new(null, reason, detail);
}
