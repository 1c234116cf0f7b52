using System.Globalization;
using LyncEdge.Dialogs;
using LyncEdge.Wire;

namespace LyncEdge.Talk;

/// <summary>The INVITE of a Lync client (field fact C1), with its many single-token Supported lines lying between the others.</summary>
public sealed class InviteWriter(AccessEdge edge)
{
    public SipDraft Write(InviteWish wish, Dialog dialog, IReadOnlyList<string> routes)
    {
        var scribe = edge.Scribe;
        var profile = scribe.Profile;
        var tags = new Queue<string>(profile.InviteSupported);
        var draft = scribe.Initial("INVITE", wish.Target ?? edge.Scribe.Target(wish.To), routes)
            .Add("From", dialog.LocalText).Add("To", dialog.RemoteText).Add("Call-ID", dialog.CallId).Add("CSeq", "1 INVITE")
            .Add("Contact", scribe.Contact(edge.Person(wish.From))).Add("User-Agent", profile.UserAgent).Add("Supported", Next(tags));
        Embed(draft, wish);
        draft.Add("Supported", Next(tags)).Add("Supported", Next(tags));
        if (wish.Subject is not null) draft.Add("Subject", wish.Subject);
        if (profile.SendsConversationExtras)
        {
            draft.Add("Ms-Conversation-ID", "Ad" + scribe.UpperHex(28) + "==").Add("Supported", Next(tags)).Add("Supported", Next(tags))
                .Add("Roster-Manager", "sip:" + wish.From).Add("EndPoints", EndPoints(wish)).Add("Supported", Next(tags))
                .Add("ms-keep-alive", "UAC;hop-hop=yes").Add("Allow", "INVITE, BYE, ACK, CANCEL, INFO, MESSAGE, UPDATE, REFER, NOTIFY, BENOTIFY")
                .Add("ms-subnet", "10.0.0.0").Add("history-info", "<sip:" + wish.To + ">;index=1");
        }

        while (tags.Count > 0) draft.Add("Supported", Next(tags));
        draft.Add("P-Asserted-Identity", edge.Scribe.Asserted(edge.Person(wish.From)));
        if (wish.SessionExpires is { } seconds)
            draft.Add("Session-Expires", seconds.ToString(CultureInfo.InvariantCulture) + ";refresher=uac").Add("Min-SE", "90");
        if (wish.Kind == "multiparty") draft.Add("Require", "com.microsoft.rtc-multiparty");
        if (wish.Kind == "triggered") draft.Add("TriggeredInvite", "TRUE");
        var (type, body) = BodyOf(wish);
        return draft.AddLines(wish.Extra).Body(type, body);
    }

    private static string? Next(Queue<string> tags) => tags.TryDequeue(out var tag) ? tag : null;

    private static string EndPoints(InviteWish wish) =>
        "<sip:" + wish.From + ">, <sip:" + wish.To + ">" + (wish.Kind is "three" or "multiparty" ? ", <sip:carol@" + wish.From.Split('@')[1] + ">" : "");

    private void Embed(SipDraft draft, InviteWish wish)
    {
        if (wish.First is not { } first || !wish.Embeds || !edge.Scribe.Profile.EmbedsFirstMessage) return;
        draft.Add("ms-text-format", "text/plain; charset=UTF-8; ms-body=" + TextForm.Base64(first.Text));
        draft.Add("ms-im-format", "text/html; charset=UTF-8; ms-body=" + TextForm.Base64(TextForm.Html(first.Text)));
        // Long header lines occur (field fact A7): the rtf rendering makes one of more than 3 kB.
        draft.Add("ms-im-format", "text/rtf; charset=UTF-8; ms-body=" + TextForm.Base64(@"{\rtf1\ansi{\fonttbl{\f0 Segoe UI;}}" + new string(' ', 2400) + @"\f0 " + first.Text + "}"));
    }

    private (string Type, string Body) BodyOf(InviteWish wish)
    {
        var profile = edge.Scribe.Profile;
        var im = Sdp.Offer(profile.MediaToken, profile.AcceptTypes);
        return wish.Kind switch
        {
            "av" => ("application/sdp", Sdp.AudioVideo),
            "file-transfer" => ("application/sdp", Sdp.FileTransfer),
            "mixed" => ("application/sdp", Sdp.Mixed(profile.MediaToken, profile.AcceptTypes)),
            "conf-invite" => ("application/ms-conf-invite+xml",
                "<Conferencing version=\"2.0\"><focus-uri>sip:" + wish.From + ";gruu;opaque=app:conf:focus:id:ABC</focus-uri><im available=\"true\"/></Conferencing>"),
            "multipart" => ("multipart/alternative; boundary=\"next\"",
                "--next\r\nContent-Type: application/sdp\r\nContent-Disposition: session; handling=optional\r\n\r\n" + Sdp.AudioVideo
                + "\r\n--next\r\nContent-Type: application/sdp\r\n\r\n" + Sdp.AudioVideo + "\r\n--next--\r\n"),
            _ => (edge.Scribe.Between(0, 3) == 0 ? "application/sdp;call-type=im" : "application/sdp", im),
        };
    }
}
