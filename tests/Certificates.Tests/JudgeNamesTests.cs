using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Certificates.Tests;

public sealed class JudgeNamesTests
{
    [Theory]
    [InlineData("dns:sip.contoso.example", "SIP.Contoso.Example", true)]
    [InlineData("dns:sip.contoso.example", "sip.contoso.example.", true)]
    [InlineData("dns:sip.contoso.example", "contoso.example", false)]                                   // no suffix match
    [InlineData("dns:contoso.example", "sip.contoso.example", false)]
    [InlineData("dns:*.contoso.example", "sip.contoso.example", false)]                                 // §7.2: no wildcard
    [InlineData("uri:sip:contoso.example", "contoso.example", true)]
    [InlineData("uri:sip:contoso.example;transport=tls", "contoso.example", true)]
    [InlineData("uri:sip:alice@contoso.example", "contoso.example", false)]                             // names a user
    [InlineData("uri:sip:contoso.example dns:sip.contoso.example", "sip.contoso.example", false)]       // URIs decide alone
    [InlineData("uri:https://x.example dns:sip.contoso.example", "sip.contoso.example", true)]          // no SIP URI, so dNSName
    [InlineData("cn:sip.contoso.example", "sip.contoso.example", true)]                                 // no SAN at all
    [InlineData("cn:sip.contoso.example dns:other.example", "sip.contoso.example", false)]
    public void SIP_names_follow_RFC_5922(string entries, string name, bool isProved) =>
        Assert.Equal(isProved, Lab.Judge(Parse(entries), CertificateUse.Sip, name).IsProved);

    [Theory]
    [InlineData("*.contoso.example", "sip.contoso.example", true)]
    [InlineData("*.contoso.example", "contoso.example", false)]
    [InlineData("*.contoso.example", "a.b.contoso.example", false)]
    [InlineData("s*.contoso.example", "sip.contoso.example", false)]
    [InlineData("*.example", "contoso.example", false)]
    public void SIP_wildcards_count_only_where_the_peer_record_allows_them(string entry, string name, bool isProved)
    {
        Assert.Equal(isProved, Lab.Judge(LabLeafOptions.For(entry), CertificateUse.Sip, name, wildcard: true).IsProved);
        Assert.False(Lab.Judge(LabLeafOptions.For(entry), CertificateUse.Sip, name).IsProved);
    }

    [Theory]
    [InlineData("xmpp:capulet.example", "capulet.example", true)]
    [InlineData("xmpp:bücher.example", "xn--bcher-kva.example", true)]
    [InlineData("dns:xn--bcher-kva.example", "bücher.example", true)]
    [InlineData("srv:_xmpp-server.capulet.example", "capulet.example", true)]
    [InlineData("srv:_xmpp-client.capulet.example", "capulet.example", false)]
    [InlineData("srv:_xmpp-server.capulet.example", "im.capulet.example", false)]
    [InlineData("dns:*.capulet.example", "im.capulet.example", true)]
    [InlineData("dns:*.capulet.example", "a.im.capulet.example", false)]
    [InlineData("dns:*.capulet.example", "capulet.example", false)]
    [InlineData("cn:capulet.example", "capulet.example", true)]
    [InlineData("cn:capulet.example dns:other.example", "capulet.example", false)]
    [InlineData("xmpp:montague.example dns:capulet.example", "capulet.example", true)]
    public void XMPP_names_follow_RFC_6120_and_6125(string entries, string name, bool isProved) =>
        Assert.Equal(isProved, Lab.Judge(Parse(entries), CertificateUse.Xmpp, name).IsProved);

    [Theory]
    [InlineData(1_000, true)]
    [InlineData(1_001, false)]
    public void Beyond_a_thousand_names_a_certificate_has_none(int count, bool isProved)
    {
        string[] names = ["capulet.example", .. Enumerable.Range(1, count - 1).Select(n => $"d{n}.example")];
        var verdict = Lab.Judge(LabLeafOptions.For(names) with { CommonName = "capulet.example" }, CertificateUse.Xmpp, "capulet.example");

        Assert.Equal((isProved, isProved ? CertificateReason.None : CertificateReason.WrongName), (verdict.IsProved, verdict.Reason));
        Assert.InRange(verdict.Detail.Length, 0, 1_000);
    }

    [Fact]
    public void A_refusal_says_whom_the_certificate_is_for()
    {
        var detail = Lab.Judge(Parse("dns:a.example xmpp:b.example"), CertificateUse.Xmpp, "c.example").Detail;

        Assert.Contains("dns:a.example, xmpp:b.example", detail, StringComparison.Ordinal);
        Assert.Contains("c.example", detail, StringComparison.Ordinal);
    }

    [Theory, InlineData(new byte[] { 0x30, 0x05, 0x82 }), InlineData(new byte[] { 0x04, 0x00 }), InlineData(new byte[] { 0x30, 0x02, 0xA0, 0x00 }), InlineData(new byte[0])]
    public void A_broken_SAN_names_nobody_and_throws_nothing(byte[] san)
    {
        var names = CertificateNames.Read(WithSan(san));

        Assert.True(names is { IsMalformed: true, HasSubjectAltName: true });
        Assert.Empty(names.DnsNames);
        Assert.Null(NameFound(names));
    }

    [Fact]
    public void Random_bytes_as_SAN_never_throw()
    {
        var random = new Random(20300601);
        for (var i = 0; i < 300; i++)
        {
            var san = new byte[random.Next(0, 60)];
            random.NextBytes(san);
            if (san.Length > 2) (san[0], san[1]) = (0x30, (byte)(san.Length - 2));
            Assert.NotNull(CertificateNames.Read(WithSan(san)));
        }
    }

    private static string? NameFound(CertificateNames names) => names.DnsNames.Concat(names.XmppAddrs).Concat(names.SrvNames).Concat(names.Uris).FirstOrDefault();

    private static X509Certificate2 WithSan(byte[] san)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=a.example", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension("2.5.29.17", san, critical: false));
        return request.CreateSelfSigned(Lab.Now.AddDays(-1), Lab.Now.AddDays(1));
    }

    private static LabLeafOptions Parse(string entries)
    {
        var all = entries.Split(' ').Select(e => (Kind: e[..e.IndexOf(':', StringComparison.Ordinal)], Value: e[(e.IndexOf(':', StringComparison.Ordinal) + 1)..])).ToList();
        IReadOnlyList<string> Of(string kind) => [.. all.Where(e => e.Kind == kind).Select(e => e.Value)];
        return new LabLeafOptions
        {
            CommonName = Of("cn").FirstOrDefault("nobody"), DnsNames = Of("dns"), Uris = Of("uri"), XmppAddrs = Of("xmpp"), SrvNames = Of("srv"),
        };
    }
}
