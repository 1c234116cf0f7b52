using Certificates;

namespace Gateway.Host.Reasons;

/// <summary>Rows of the certificates room. To peers every one of them is the crossing's <c>federation.PeerNotProved</c>.</summary>
internal static class CertificateRows
{
    public static IEnumerable<ReasonRow> All =>
    [
        Row(CertificateReason.None, "", "", "Nothing is wrong.", "Nothing was refused."),
        Row(CertificateReason.NoCertificate, "403", "not-authorized", "The peer presented no certificate.",
            "The partner must present one: an edge needs a certificate on its outside interface, an XMPP server one for the domain."),
        Row(CertificateReason.UnknownCa, "403", "not-authorized", "No chain leads to the trust set.",
            "Put the partner's root, or a missing intermediate, into a file of the trust set its peer names; `gateway reload`."),
        Row(CertificateReason.SelfSigned, "403", "not-authorized", "The certificate vouches for itself and the trust set does not hold it.",
            "Put this very certificate into the trust set to pin it, or ask for one from an authority."),
        Row(CertificateReason.Expired, "403", "not-authorized", "A certificate of the chain is past its last day.",
            "Whoever it belongs to must renew it: the partner, or we where a certificate of ours is the subject; check our own clock too."),
        Row(CertificateReason.NotYetValid, "403", "not-authorized", "A certificate of the chain is before its first day.", "Check both clocks."),
        Row(CertificateReason.WrongName, "403", "not-authorized", "The certificate is sound and names somebody else.",
            "Compare its names (in the text) with tlsSubjects of the peer; for XMPP it must name the domain."),
        Row(CertificateReason.WrongUsage, "403", "not-authorized", "The certificate may be used for neither servers nor clients.",
            "The partner needs a certificate with serverAuth or clientAuth."),
        Row(CertificateReason.WeakKey, "403", "not-authorized", "The public key is shorter than the trust set demands.",
            "The partner needs a stronger key; rsaBitsMin of the trust set is the bound. Until it has one, weakCertificate of the peer is the relaxation."),
        Row(CertificateReason.WeakSignature, "403", "not-authorized", "A certificate below the root is signed with MD5 or SHA-1.",
            "The partner needs a certificate signed with SHA-256 or better. Until it has one, weakCertificate of the peer takes SHA-1; nothing takes MD5."),
        Row(CertificateReason.ChainInvalid, "403", "not-authorized", "The chain is there and breaks a rule.", "The text says which; the partner's authority must issue anew."),
        Row(CertificateReason.Revoked, "403", "not-authorized", "The certificate was withdrawn.", "Ask the partner for the replacement; withdrawn fingerprints stand in the trust set."),
        Row(CertificateReason.TrustSetMissing, "", "", "The named trust set does not exist.", "Correct trust of the peer: see certificates.trust[].name."),
        Row(CertificateReason.FileUnreadable, "", "", "A configured file cannot be read.", "Check path, owner and mode; `gateway certs lab` makes the files of the default configuration."),
        Row(CertificateReason.FileMalformed, "", "", "A configured file holds nothing of the expected kind.", "PEM or DER for certificates, PEM for keys, PKCS#12 for pfx."),
        Row(CertificateReason.PasswordWrong, "", "", "The password of a key is missing or wrong.", "Set passwordFile or passwordEnvironment of the own certificate."),
        Row(CertificateReason.KeyMissing, "", "", "The private key is missing.", "Name the file in key, or add the key to the certificate's file."),
        Row(CertificateReason.KeyMismatch, "", "", "The private key belongs to another certificate.", "Pair the files that were made together."),
        Row(CertificateReason.ChainIncomplete, "", "", "Our certificate does not lead to a known root.", "Append the intermediates to our certificate's file, or set chainChecked to false."),
        Row(CertificateReason.SettingInvalid, "", "", "The certificate settings contradict themselves.", "The text says which; `gateway config check`."),
    ];

    private static ReasonRow Row(CertificateReason reason, string sip, string xmpp, string text, string nextStep) => new($"certificates.{reason}", sip, xmpp, text, nextStep);
}
