namespace Certificates;

/// <summary>Where a handshake finds the version that is current now.</summary>
public interface ICertificateSource
{
    /// <summary>The current version; never null.</summary>
    CertificateSet Current { get; }
}
