namespace Certificates;

/// <summary>A source whose version is set by hand: for tests, and for callers that load once.</summary>
public sealed class FixedCertificates(CertificateSet current) : ICertificateSource
{
    private volatile CertificateSet _current = current;

    /// <inheritdoc/>
    public CertificateSet Current
    {
        get => _current;
        set => _current = value;
    }
}
