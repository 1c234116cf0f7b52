using System.Text;
using Gateway.Federation;
using Gateway.Mapping.Availability;
using Gateway.Mapping.Documents;
using Gateway.Mapping.Errors;
using Gateway.Mapping.Sip;
using Presence.Core;
using Presence.Core.Model;
using State = Presence.Core.Model.Availability;

namespace Mapping.Tests.Sip;

public sealed class SipPresenceTests
{
    private static readonly Address Juliet = new("juliet", "jabber.example");
    private static readonly Address Bo = new("bo", "contoso.example");
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly AvailabilityTables Tables = AvailabilityTables.Default;

    // RFC 8048 §5.2.2, field fact D2.
    [Theory]
    [InlineData(403, false, typeof(UpstreamDenied))]
    [InlineData(489, true, typeof(UpstreamDenied))]
    [InlineData(603, true, typeof(UpstreamDenied))]
    [InlineData(404, false, typeof(UpstreamDenied))]
    [InlineData(604, false, typeof(UpstreamDenied))]
    [InlineData(404, true, typeof(UpstreamFailed))]
    [InlineData(481, true, typeof(UpstreamEnded))]
    [InlineData(408, false, typeof(UpstreamFailed))]
    [InlineData(423, false, typeof(UpstreamFailed))]
    [InlineData(480, false, typeof(UpstreamFailed))]
    [InlineData(500, true, typeof(UpstreamFailed))]
    [InlineData(503, true, typeof(UpstreamFailed))]
    [InlineData(504, false, typeof(UpstreamFailed))]
    public void Each_failure_of_our_subscribe_ends_or_keeps_the_authorization(int status, bool isGranted, Type expected)
    {
        var command = SubscribeOutcomes.OfFailure(Bo, ErrorTable.FromSip(status, "Phrase"), isGranted);

        Assert.IsType(expected, command);
        Assert.Equal(Bo, command.Watcher);
    }

    [Theory, Item("OCS-052")]
    [InlineData(EndpointChoice.MostAvailable, State.Available)]
    [InlineData(EndpointChoice.HighestPriority, State.Busy)]
    public void One_endpoint_of_several_is_shown_by_the_rule_that_is_set(EndpointChoice choice, State shown)
    {
        Fragment[] best = [new("balcony", State.Available, null, null, 1, Now), new("phone", State.Busy, null, null, 9, Now), new("desk", State.Away, null, null, 5, Now)];
        var view = new WatcherView(Juliet, Bo, AuthorizationPhase.Granted, true, best, [], null, 1);
        Assert.True(PidfReader.TryRead(ViewToNotify.Body(view, Tables, PidfStyle.Rfc, choice), out var document, out _));
        Assert.Equal(Tables.Of(shown).XmppShow, Assert.Single(document.Tuples).Show);
    }

    [Fact]
    public void Every_reason_ends_a_subscription_with_a_reason_the_watcher_knows()
    {
        string[] known = ["deactivated", "probation", "rejected", "timeout", "giveup", "noresource"];
        foreach (var reason in Enum.GetValues<PresenceReason>())
        {
            var state = ViewToNotify.Terminated(reason);
            Assert.True(state.IsTerminated);
            Assert.Contains(state.Reason, known);
        }

        Assert.Equal("terminated;reason=rejected", ViewToNotify.Terminated(PresenceReason.Rejected).ToString());
        Assert.Equal("terminated;reason=noresource", ViewToNotify.Terminated(PresenceReason.NoSuchPresentity).ToString());
        Assert.Equal("terminated;reason=timeout", ViewToNotify.Terminated(PresenceReason.Expired).ToString());
    }

    [Theory]
    [InlineData(AuthorizationPhase.Asked, true, "pending;expires=3600", false)]
    [InlineData(AuthorizationPhase.Denied, true, "pending;expires=3600", false)]
    [InlineData(AuthorizationPhase.Granted, false, "active;expires=3600", false)]
    [InlineData(AuthorizationPhase.Granted, true, "active;expires=3600", true)]
    public void Nothing_is_shown_before_it_is_granted_and_known(AuthorizationPhase phase, bool isKnown, string state, bool hasBody)
    {
        var view = new WatcherView(Juliet, Bo, phase, isKnown, [Fragment(State.Available)], [], null, 1);

        Assert.Equal(state, ViewToNotify.StateOf(view, 3600).ToString());
        Assert.Equal(hasBody, ViewToNotify.Body(view, Tables, PidfStyle.Microsoft) is not null);
    }

    [Fact]
    public void Each_state_survives_the_rfc_document_and_reaches_microsoft_as_its_row_says()
    {
        foreach (var state in Enum.GetValues<State>())
        {
            var view = new WatcherView(Juliet, Bo, AuthorizationPhase.Granted, true, [Fragment(state)], [], null, 1);
            foreach (var style in Enum.GetValues<PidfStyle>())
            {
                Assert.True(PidfReader.TryRead(ViewToNotify.Body(view, Tables, style), out var document, out _));
                var tuple = Assert.Single(document.Tuples);
                var row = Tables.Of(state);
                Assert.Equal(row.IsOpen, tuple.IsOpen);
                Assert.Equal("sip:juliet@jabber.example", document.Entity);
                Assert.Equal("note <&> \u00e9", tuple.Note);
                if (style == PidfStyle.Microsoft) Assert.Equal(row.MicrosoftActivity is null ? [] : [row.MicrosoftActivity], tuple.Activities);
                else Assert.Equal(row.XmppShow, tuple.Show);
            }
        }
    }

    [Fact]
    public void Typing_documents_are_read_as_they_are_written()
    {
        foreach (var state in new[] { ChatState.Composing, ChatState.Paused, ChatState.Inactive, ChatState.Active })
        {
            var expected = state == ChatState.Composing ? ChatState.Composing : ChatState.Active;
            Assert.Equal(expected, SipToContent.Read("application/im-iscomposing+xml"u8, TypingDocuments.ComposingOf(state)).State);
            Assert.Equal(expected, SipToContent.Read("application/xml"u8, TypingDocuments.KeyboardOf(state)).State);
        }

        Assert.Equal(60, SipToContent.Read("application/im-iscomposing+xml"u8, TypingDocuments.ComposingActive).RefreshSeconds);
    }

    [Fact]
    public void No_mutated_body_crashes_or_hangs_the_readers()
    {
        var random = new Random(4711);
        byte[][] seeds =
        [
            PidfWriter.Write(new PidfContent("sip:a@b.example", true) { Activity = "busy", Note = "n", DisplayName = "d" }, PidfStyle.Microsoft),
            PidfWriter.Write(new PidfContent("sip:a@b.example", true) { Activity = "busy", Note = "n", Endpoint = "x" }, PidfStyle.Rfc),
            TypingDocuments.ComposingActive.ToArray(),
            Encoding.UTF8.GetBytes("<DIV style=\"color:red\">x<A href='http://x'>y</A>&amp;&#128512;</DIV>"),
            Encoding.UTF8.GetBytes(@"{\rtf1\ansi\ansicpg932{\fonttbl x;}\u-10179?\'93\'fa {\b a\ul u}\plain\par b}"),
            Encoding.UTF8.GetBytes("--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n--b--"),
            Encoding.UTF8.GetBytes("--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nPEI+\r\n--b--"),
        ];
        string[] types =
        [
            "application/pidf+xml", "text/html", "text/rtf", "multipart/alternative; boundary=b", "application/im-iscomposing+xml", "application/xml", "text/plain; charset=utf-16",
            "text/plain; charset=windows-1251",
        ];
        for (var i = 0; i < 20_000; i++)
        {
            var body = (byte[])seeds[random.Next(seeds.Length)].Clone();
            for (var n = random.Next(1, 6); n > 0; n--) body[random.Next(body.Length)] = (byte)(random.Next(4) == 0 ? random.Next(256) : "<>&;\"'={}\\/ \r\n"[random.Next(14)]);
            if (random.Next(3) == 0) body = body[..random.Next(body.Length)];
            SipToContent.Read(Encoding.ASCII.GetBytes(types[random.Next(types.Length)]), body);
            PidfReader.TryRead(body, out _, out _);
            MsrtcReader.TryRead(body, out _, out _);
        }
    }

    private static Fragment Fragment(State state) => new("balcony", state, "note <&> \u00e9", null, 5, Now);
}
