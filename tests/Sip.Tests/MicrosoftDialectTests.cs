using Gateway.Federation.Peers;
using Presence.Core;
using Presence.Core.Model;
using Sip.Tests.World;

namespace Sip.Tests;

/// <summary>What Microsoft systems put around presence and messages: field facts A5, A7, A8, A9, B2, B3.</summary>
public sealed class MicrosoftDialectTests
{
    private const string Enterprise =
        "ms-edge-proxy-message-trust: ms-source-type=DirectPartner;ms-ep-fqdn=edge-int.contoso.example;ms-source-verified-user=verified;ms-source-network=federation\r\n" +
        "ms-split-domain-info: ms-traffic-type=SplitIntra\r\nms-asserted-verification-level: ms-source-verified-user=verified\r\nms-user-logon-data: RemoteUser\r\n" +
        "Proxy-Authorization: TLS-DSK qop=\"auth\"\r\nms-subnet: 10.0.0.0\r\nhistory-info: <sip:juliet@jabber.example>;index=1\r\n";

    [Fact]
    public async Task Enterprise_headers_are_dropped_and_none_is_ever_sent()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(Lines.Subscribe("c-trust", headers: Enterprise));
        var watch = await rig.Crossing.CommandAsync<Watch>();
        await rig.ShowAsync(watch.Leg, AuthorizationPhase.Granted, Availability.Available);
        var notify = await edge.RequestAsync("NOTIFY");
        var sent = rig.Depart("hello");
        var invite = await edge.RequestAsync("INVITE");
        Assert.Equal(200, answer.Status);
        Assert.False(sent.IsCompleted);
        foreach (var message in new[] { answer, notify, invite })
        {
            foreach (var name in new[] { "ms-edge-proxy-message-trust", "ms-split-domain-info", "ms-user-logon-data", "Proxy-Authorization", "ms-subnet", "history-info", "P-Asserted-Identity" })
                Assert.Empty(message.All(name));
            Assert.Empty(message.All("Proxy-Require"));
            Assert.DoesNotContain("ms-", string.Join(',', message.All("Supported")), StringComparison.Ordinal);
        }

        Assert.DoesNotContain("edge-int", System.Text.Encoding.UTF8.GetString(watch.Leg.Document.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_batch_body_of_one_contact_is_ignored_with_all_that_is_offered()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        const string Batch =
            "<batchSub xmlns=\"http://schemas.microsoft.com/2006/01/sip/batch-subscribe\" uri=\"sip:bo@contoso.example\"><action name=\"subscribe\" id=\"1\"><adhocList>" +
            "<resource uri=\"sip:juliet@jabber.example\"><context/></resource></adhocList></action></batchSub>";
        const string Headers =
            "Supported: com.microsoft.autoextend\r\nSupported: ms-benotify\r\nProxy-Require: ms-benotify\r\nSupported: ms-piggyback-first-notify\r\nSupported: eventlist\r\n" +
            "Content-Type: application/msrtc-adrl-categorylist+xml\r\n";
        var request = Lines.Request(
            "SUBSCRIBE", "c-batch", 1, $"{Lines.EdgeRoutes}Contact: {Lines.EdgeContact}\r\nEvent: presence\r\nAccept: application/msrtc-event-categories+xml, application/pidf+xml\r\n{Headers}", Batch);
        var answer = await edge.AskAsync(request);
        Assert.Equal((200, "3600"), (answer.Status, answer["Expires"]));
        Assert.Empty(answer.All("Supported"));
        await rig.Crossing.CommandAsync<Watch>();
    }

    [Theory]
    [InlineData("adhoclist")]
    [InlineData("categoryList")]
    [InlineData("eventlist")]
    public async Task What_a_subscribe_requires_beyond_us_is_420_and_named(string tag)
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        var answer = await edge.AskAsync(Lines.Subscribe("c-req", headers: $"Require: {tag}\r\n"));
        Assert.Equal((420, tag), (answer.Status, answer["Unsupported"]));
        Assert.False(rig.Crossing.HasCommands);
    }

    [Theory]
    [InlineData("\"Bo Example\"<sip:bo.example@contoso.example>,<tel:+15550100>", "bo.example")]
    [InlineData("<TEL:+15550100>, \"Bo\" <SIP:Bo.Example@CONTOSO.example;user=ip>", "bo.example")]
    [InlineData("<sip:eve@fabrikam.example>", "bo")]
    [InlineData("<tel:+15550100>", "bo")]
    [InlineData("nonsense", "bo")]
    [Clause("RFC 3325", "9.1")]
    public async Task An_asserted_identity_counts_from_a_peer_that_may_assert_and_within_its_domains(string asserted, string watcher)
    {
        await using var rig = await Rig.StartAsync();
        rig.Publish(rig.Edge with { Sip = new SipPeerTerms { AssertsIdentity = true } }, rig.Other);
        var edge = await rig.DialAsync();
        await edge.AskAsync(Lines.Subscribe("c-pai", headers: $"P-Asserted-Identity: {asserted}\r\n"));
        Assert.Equal(new Address(watcher, "contoso.example"), (await rig.Crossing.CommandAsync<Watch>()).Watcher);
        Assert.Equal(asserted.Contains("fabrikam", StringComparison.Ordinal), rig.Reports.Contains("refused edge sip.IdentityNotBelieved"));
    }

    [Fact]
    [Clause("RFC 3325", "9.1")]
    public async Task An_asserted_identity_of_any_other_peer_is_ignored()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        await edge.AskAsync(Lines.Subscribe("c-pai", headers: "P-Asserted-Identity: <sip:boss@contoso.example>\r\n"));
        Assert.Equal(Rig.Bo, (await rig.Crossing.CommandAsync<Watch>()).Watcher);
    }

    [Fact]
    public async Task Every_refusal_names_its_reason_by_number_and_word_and_never_a_source()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialAsync();
        foreach (var request in new[]
        {
            Lines.Subscribe("c-d1", headers: "Require: adhoclist\r\n"), Lines.Subscribe("c-d2", headers: "Accept: application/xpidf+xml\r\n"), Lines.Subscribe("c-d3", expires: 5),
            Lines.Subscribe("c-d4").Replace("Event: presence", "Event: conference", StringComparison.Ordinal), Lines.InDialog("SUBSCRIBE", "c-d5", 2, "gone", "Event: presence\r\nContact: <sip:x@contoso.example>\r\n"),
            Lines.InDialog("NOTIFY", "c-d6", 2, "gone", "Event: presence\r\n"), Lines.Request("SERVICE", "c-d7", 1), Lines.InDialog("MESSAGE", "c-d8", 2, "gone"),
        })
        {
            var answer = await edge.AskAsync(request);
            var diagnosis = Assert.Single(answer.All("ms-diagnostics-public"));
            Assert.InRange(answer.Status, 400, 499);
            Assert.Matches("^65[0-9]{3};reason=\"[a-z]+\\.[A-Za-z]+: [^\"]+\"$", diagnosis);
            Assert.DoesNotContain("source", diagnosis, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotMatch("^65[0-9]00;", diagnosis);
        }
    }

    [Theory]
    [InlineData("ms-diagnostics: 1034;reason=\"Previous hop did not report\";Domain=\"x\"\r\nms-diagnostics: 1010; source=\"sip.contoso.example\"; reason=\"Certificate trust\"", "edge: 1010")]
    [InlineData("ms-diagnostics-public: 1003;reason=\"User does not exist\"", "edge: 1003")]
    [InlineData("ms-client-diagnostics: 52063.2; reason=\"Unsupported session description\"", "edge: 52063")]
    [InlineData("ms-diagnostics: 777;reason=\"bo@contoso.example is odd\"", "edge: 777")]
    public async Task What_a_partner_says_of_a_failure_is_told_by_its_number(string header, string subject)
    {
        await using var rig = await Rig.StartAsync();
        await rig.AskAsync(UpstreamRequest.Subscribe);
        var edge = await rig.AcceptAsync();
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("SUBSCRIBE"), 504, header + "\r\n"));
        await rig.Crossing.CommandAsync<PresentityCommand>();
        Assert.Contains($"refused {subject} sip.PeerDiagnosed", rig.Reports);
    }

    [Fact]
    public async Task The_diagnosis_tells_apart_what_the_status_does_not()
    {
        await using var rig = await Rig.StartAsync();
        await rig.AskAsync(UpstreamRequest.Subscribe, authorization: AuthorizationPhase.Granted);
        var edge = await rig.AcceptAsync();
        await edge.SendAsync(Lines.Response(await edge.RequestAsync("SUBSCRIBE"), 504, "ms-diagnostics-public: 1008;reason=\"Unable to resolve DNS SRV record\"\r\n"));
        Assert.Equal(Condition.RemoteServerNotFound, (await rig.Crossing.CommandAsync<UpstreamFailed>()).Condition);
    }

    [Theory]
    [InlineData("lync2013", "text/plain text/html", "text/html; charset=UTF-8", "<DIV>Hello <strong>there</strong></DIV>")]
    [InlineData("lync2013", "text/plain", "text/plain; charset=UTF-8", "Hello there")]
    [InlineData("lync2013", "*", "text/plain; charset=UTF-8", "Hello there")]
    [InlineData("generic", "text/plain text/html", "text/plain; charset=UTF-8", "Hello there")]
    public async Task The_form_of_a_message_goes_to_who_says_that_it_shows_html(string profile, string accepts, string type, string body)
    {
        await using var rig = await Rig.StartAsync();
        var sent = rig.Depart("Hello there", by: rig.Edge with { Profile = profile }, xhtml: "Hello <strong>there</strong>");
        var edge = await rig.AcceptAsync();
        var message = await edge.ExpectAsync(m => m.Method is "INVITE" or "MESSAGE", "the first of it");
        if (message.Method == "INVITE")
        {
            await edge.SendAsync(Lines.Accepted(message).Replace("text/plain multipart/alternative text/rtf text/html ", accepts.PadRight(52), StringComparison.Ordinal));
            message = await edge.RequestAsync("MESSAGE");
        }

        Assert.Equal((type, body), (message["Content-Type"], message.Body));
        await edge.SendAsync(Lines.Response(message, 200));
        Assert.True((await sent).IsDelivered);
    }

    [Fact]
    public async Task Html_refused_in_spite_of_the_description_goes_again_as_plain_text()
    {
        await using var rig = await Rig.StartAsync();
        var sent = rig.Depart("Hello there", xhtml: "Hello <strong>there</strong>");
        var edge = await rig.AcceptAsync();
        await edge.SendAsync(Lines.Accepted(await edge.RequestAsync("INVITE")));
        var html = await edge.RequestAsync("MESSAGE");
        Assert.Equal("text/html; charset=UTF-8", html["Content-Type"]);
        await edge.SendAsync(Lines.Response(html, 415, "Accept: text/plain\r\n"));
        var plain = await edge.RequestAsync("MESSAGE");
        Assert.Equal(("Hello there", html.CSeqNumber + 1), (plain.Body, plain.CSeqNumber));
        await edge.SendAsync(Lines.Response(plain, 200));
        Assert.True((await sent).IsDelivered);

        _ = rig.Depart("again", xhtml: "<em>again</em>");
        Assert.Equal("again", (await edge.RequestAsync("MESSAGE")).Body);
    }
}
