using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Certificates.Tests;

public sealed class KeyStrengthTests
{
    [Theory, InlineData(1024), InlineData(2048), InlineData(3072)]
    public void An_rsa_key_is_as_long_as_its_modulus(int bits)
    {
        using var key = RSA.Create(bits);
        var request = new CertificateRequest("CN=a.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

        AssertBits(request, bits, (trust, min) => new TrustSet("lab", trust) { RsaBitsMin = min });
    }

    public static TheoryData<string, int> Curves => new() { { "nistP256", 256 }, { "nistP384", 384 }, { "nistP521", 521 }, { "brainpoolP320r1", 320 } };

    [Theory, MemberData(nameof(Curves))]
    public void An_elliptic_key_is_as_long_as_its_curve_says(string curve, int bits)
    {
        using var key = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));
        var request = new CertificateRequest("CN=a.example", key, HashAlgorithmName.SHA256);

        AssertBits(request, bits, (trust, min) => new TrustSet("lab", trust) { EcBitsMin = min });
    }

    // The very length is enough, and one bit more is too much to ask.
    private static void AssertBits(CertificateRequest request, int bits, Func<X509Certificate2[], int, TrustSet> trust)
    {
        using var pinned = request.CreateSelfSigned(Lab.Now.AddDays(-1), Lab.Now.AddDays(1));
        var evidence = new PeerEvidence(pinned, [], "", "", "");

        Assert.Equal(CertificateReason.None, CertificateJudge.JudgeChain(evidence, trust([pinned], bits), Lab.Now, out var detail));
        Assert.Equal("", detail);
        Assert.Equal(CertificateReason.WeakKey, CertificateJudge.JudgeChain(evidence, trust([pinned], bits + 1), Lab.Now, out _));
    }
}
