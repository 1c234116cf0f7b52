namespace Certificates;

/// <summary>Every way a certificate can fail us: closed, and at once log field, metric label and what tests assert.</summary>
public enum CertificateReason
{
    /// <summary>Nothing is wrong.</summary>
    None = 0,

    /// <summary>The peer presented no certificate.</summary>
    NoCertificate,

    /// <summary>No chain leads to a certificate of the trust set.</summary>
    UnknownCa,

    /// <summary>The certificate vouches for itself and the trust set does not hold it.</summary>
    SelfSigned,

    /// <summary>A certificate of the chain is past its last day.</summary>
    Expired,

    /// <summary>A certificate of the chain is before its first day.</summary>
    NotYetValid,

    /// <summary>The certificate is sound and names somebody else.</summary>
    WrongName,

    /// <summary>The certificate lists extended key usages, and neither serverAuth nor clientAuth is among them.</summary>
    WrongUsage,

    /// <summary>The public key is shorter than the trust set demands.</summary>
    WeakKey,

    /// <summary>A certificate below the root is signed with MD5 or SHA-1.</summary>
    WeakSignature,

    /// <summary>The chain is there and breaks a rule: signature, constraints, path length, critical extension.</summary>
    ChainInvalid,

    /// <summary>The operator or the issuer has withdrawn the certificate.</summary>
    Revoked,

    /// <summary>The named trust set does not exist.</summary>
    TrustSetMissing,

    /// <summary>A configured file does not exist or cannot be read.</summary>
    FileUnreadable,

    /// <summary>A configured file was read and holds nothing of the kind that was expected.</summary>
    FileMalformed,

    /// <summary>The password of a key file is missing or wrong.</summary>
    PasswordWrong,

    /// <summary>The private key is missing.</summary>
    KeyMissing,

    /// <summary>The private key belongs to another certificate.</summary>
    KeyMismatch,

    /// <summary>The own certificate does not lead to a root with the intermediates beside it.</summary>
    ChainIncomplete,

    /// <summary>The settings contradict themselves: two entries of one name, none at all, no source.</summary>
    SettingInvalid,
}
