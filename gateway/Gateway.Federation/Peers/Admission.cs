using Certificates;

namespace Gateway.Federation.Peers;

/// <summary>
/// The judge's answer: a principal, or one reason with words for the operator. <see cref="CertificateReason"/> says what was wrong with the certificate, where it was the certificate.
/// </summary>
public sealed record Admission
{
    /// <summary>Null when refused.</summary>
    public FederatedPeer? Principal { get; private init; }

    public FederationReason Reason { get; private init; }

    public CertificateReason CertificateReason { get; private init; }

    /// <summary>For log and status; never for the peer, which learns only the reason's public text.</summary>
    public string Text { get; private init; } = "";

    /// <summary>The certificate did not prove the domain, but the peer's record accepts dialback for it (XEP-0220).</summary>
    public bool MayUseDialback { get; private init; }

    /// <summary>What the certificate proved; null after dialback.</summary>
    public CertificateProof? Proof { get; private init; }

    public bool IsAdmitted => Principal is not null;

    /// <summary>The public name of the refusal, as fine as it is known: the certificate's fault before the judge's.</summary>
    public string PublicReason => CertificateReason == CertificateReason.None ? FederationReasons.NameOf(Reason) : $"certificates.{CertificateReason}";

    internal static Admission Granted(FederatedPeer principal, CertificateProof? proof) => new() { Principal = principal, Proof = proof };

    internal static Admission Refused(
        FederationReason reason, string text, CertificateReason certificateReason = CertificateReason.None, bool mayUseDialback = false) =>
        new() { Reason = reason, Text = text, CertificateReason = certificateReason, MayUseDialback = mayUseDialback };
}
