using System.Security.Cryptography;

namespace Certificates.Tests;

public sealed class SeenCertificatesTests
{
    [Fact]
    public void The_same_bytes_are_decoded_once_and_others_are_not_mistaken_for_them()
    {
        var (one, other) = (Lab.Authority.Issue("a.example").Certificate, Lab.Authority.Issue("a.example").Certificate);

        var first = SeenCertificates.Load(one.RawData);

        Assert.Same(first, SeenCertificates.Load(one.RawData));
        Assert.Equal(one.Thumbprint, first.Thumbprint);
        Assert.Equal(other.Thumbprint, SeenCertificates.Load(other.RawData).Thumbprint);
    }

    [Fact]
    public void Bytes_that_are_no_certificate_are_refused_each_time()
    {
        Assert.ThrowsAny<CryptographicException>(() => SeenCertificates.Load([1, 2, 3]));
        Assert.ThrowsAny<CryptographicException>(() => SeenCertificates.Load([1, 2, 3]));
    }

    [Fact]
    public void What_was_found_of_a_certificate_is_not_said_of_it_with_other_intermediates()
    {
        var authority = Lab.Authority.Intermediate("Between");
        var issued = authority.Issue("a.example");
        var trust = Lab.Authority.ToTrust();
        var leaf = SeenCertificates.Load(issued.Certificate.RawData);

        CertificateReason With(params System.Security.Cryptography.X509Certificates.X509Certificate2[] presented) =>
            CertificateJudge.JudgeChain(new PeerEvidence(leaf, presented, "", "", ""), trust, Lab.Now, out _);

        Assert.Equal(CertificateReason.None, With([.. issued.Intermediates]));
        Assert.Equal(CertificateReason.UnknownCa, With());
        Assert.Equal(CertificateReason.None, With([.. issued.Intermediates]));
    }
}
