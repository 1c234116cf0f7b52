using System.Globalization;
using System.Text.Json.Nodes;
using Lab;
using Lab.Trust;

namespace Appliance.Tests.Interop;

/// <summary>
/// The certificate that is bad is ours: a real Prosody that takes nothing but certificates refuses us both ways, says so in its log, and so do we; nothing crosses, and every sender is told. (One that has run out
/// we do not start with.)
/// </summary>
public sealed class OwnCertificateTests(OwnCertificateTests.Fixture fixture) : IClassFixture<OwnCertificateTests.Fixture>
{
    private Stage Stage => fixture.Stage;

    private static readonly string[] Bad = ["self-signed", "wrong-name", "unknown-ca"];

    public static TheoryData<string> Certificates => [.. Bad];

    [Theory, MemberData(nameof(Certificates)), Clause("RFC 6120", "13.7"), Clause("XEP-0178", "3")]
    public async Task Prosody_refuses_us_when_we_dial_and_the_sender_is_told(string certificate)
    {
        var ours = DomainOf(certificate);
        var juliet = await Stage.Client.LogInAsync(Stage.Prosody, Stage.NewName("juliet"));
        var text = Stage.NewName("never");
        var sent = await Stage.Edge.DoAsync("message", ("from", "bo@" + ours), ("to", juliet.Address), ("text", text));

        var result = await Stage.Edge.Events.TakeAsync("the sender is told", e => e["event"]?.GetValue<string>() == "message-result" && e["for"]?.ToString() == sent["id"]!.ToString(), Stage.Soon);
        Assert.InRange(int.Parse(result["status"]!.ToString(), CultureInfo.InvariantCulture), 400, 699);
        await RefusedByProsodyAsync(ours);
        await Stage.Gateway.LineAsync($"we tell why the stream of {ours} did not stand",
            l => l.Contains("XMPP stream to " + Stage.XmppDomain, StringComparison.Ordinal) && l.Contains("ended: xmpp.", StringComparison.Ordinal) && !l.Contains("ConnectionLost", StringComparison.Ordinal), Stage.Soon);
        Assert.Equal(0, juliet.Count("message", ("body", text)));
    }

    [Theory, MemberData(nameof(Certificates)), Clause("RFC 6120", "13.7")]
    public async Task Prosody_refuses_us_when_it_dials_and_its_user_is_told(string certificate)
    {
        var ours = DomainOf(certificate);
        var juliet = await Stage.Client.LogInAsync(Stage.Prosody, Stage.NewName("juliet"));
        var text = Stage.NewName("never");
        await juliet.DoAsync("message", ("to", "bo@" + ours), ("body", text), ("ref", text));

        await juliet.TakeAsync("message", Stage.Soon, ("type", "error"), ("id", text));
        await RefusedByProsodyAsync(ours);
        Assert.Equal(0, Stage.Edge.Events.Count(e => e["event"]?.GetValue<string>() == "message" && e["text"]?.ToString() == text));
    }

    private static string DomainOf(string certificate) => certificate + ".ours.example";

    private Task RefusedByProsodyAsync(string ours) => Stage.Prosody.Process.Lines.TakeAsync(
        $"Prosody tells that the certificate of {ours} is not good enough", l => l.Contains($"Forbidding insecure connection to/from {ours} because its certificate", StringComparison.Ordinal), Stage.Soon);

    public sealed class Fixture() : StageFixture(new StageOptions("lync2013")
    {
        BareDomains = [.. Bad.Select(DomainOf)],
        EdgeArguments = [.. Bad.SelectMany(c => new[] { "--domain", DomainOf(c) }), "--domain", Stage.SipDomain],
        AdjustWith = (appliance, authority) =>
        {
            foreach (var certificate in Bad) Add(appliance, certificate, authority);
        },
    })
    {
        private static void Add(JsonObject appliance, string certificate, LabAuthority authority)
        {
            var domain = DomainOf(certificate);
            var own = Issue(certificate, domain, authority);
            appliance["certificates"]!["own"]!.AsArray().Add(new JsonObject
            {
                ["name"] = certificate, ["certificate"] = own.CertificateFile, ["key"] = own.KeyFile, ["profile"] = "any", ["chainChecked"] = false, ["domains"] = new JsonArray(domain),
            });
            appliance["domains"]!.AsArray().Add(new JsonObject { ["name"] = domain, ["kind"] = "sip" });
            appliance["peers"]!.AsArray().Single(p => (string?)p!["name"] == "contoso")!["fromDomains"]!.AsArray().Add(domain);
        }

        private static LabCertificate Issue(string certificate, string domain, LabAuthority authority)
        {
            if (certificate == "self-signed") return authority.SelfSigned(certificate, [domain]);
            if (certificate == "wrong-name") return authority.Issue(certificate, ["montague.example"], LabCertificateKind.Both);
            using var stranger = new LabAuthority(Path.Combine(Path.GetDirectoryName(authority.CertificateFile)!, "stranger"), "Somebody else");
            return stranger.Issue(certificate, [domain], LabCertificateKind.Both);
        }
    }
}
