using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Sip;
using Gateway.Sip.Protocol;
using Gateway.Xmpp;
using Gateway.Xmpp.Protocol;
using Microsoft.Extensions.Logging;
using Presence.Engine;

namespace Gateway.Host.Composition;

/// <summary>What the SIP side tells, as log lines and refusals.</summary>
public sealed partial class SipLog(ILogger<SipLog> logger, RecentRefusals refusals) : ISipObserver
{
    public void OnLinkFailed(string peer, string reason, string detail) => Log.LinkFailed(logger, peer, reason, detail);

    // The judge has written the refusal down already.
    public void OnNotAdmitted(string connection, string domain, Admission admission) => Log.NotAdmitted(logger, connection, domain, admission.Text);

    public void OnRefused(string subject, string reason, string text) => refusals.Add(subject, reason, text);

    public void OnRejected(string connection, SipReason reason) => refusals.Add(Stranger(connection), reason.PublicName(), $"malformed or oversize SIP from {connection}");

    public void OnEnded(string peer, string what, string reason) => Log.Ended(logger, peer, what, reason);

    public void OnDefect(Exception defect) => Log.Defect(logger, defect);

    // "sip#12 from 192.0.2.7:40112" counts as one subject whatever its number and port.
    private static string Stranger(string connection)
    {
        var from = connection.LastIndexOf(' ') + 1;
        var colon = connection.LastIndexOf(':');
        return colon > from ? connection[from..colon] : connection;
    }

    private static partial class Log
    {
        [LoggerMessage(3001, LogLevel.Warning, "SIP peer {peer} cannot be reached: {reason}: {detail}; `gateway doctor {peer}` tries each hop")]
        public static partial void LinkFailed(ILogger logger, string peer, string reason, string detail);

        [LoggerMessage(3002, LogLevel.Debug, "{connection} is not admitted for {domain}: {text}")]
        public static partial void NotAdmitted(ILogger logger, string connection, string domain, string text);

        [LoggerMessage(3003, LogLevel.Information, "SIP peer {peer}: a {what} ended: {reason}")]
        public static partial void Ended(ILogger logger, string peer, string what, string reason);

        [LoggerMessage(3004, LogLevel.Error, "A defect of ours in the SIP side; please report it")]
        public static partial void Defect(ILogger logger, Exception defect);
    }
}

/// <summary>What the XMPP side tells, as log lines.</summary>
public sealed partial class XmppLog(ILogger<XmppLog> logger) : IXmppObserver
{
    public void OnStreamOpened(StreamSnapshot stream) =>
        Log.Opened(logger, stream.IsInbound ? "from" : "to", stream.RemoteDomain, stream.LocalDomain, stream.ProvedBy, stream.TlsVersion.Length == 0 ? "without TLS" : stream.TlsVersion, stream.Id);

    public void OnStreamEnded(StreamSnapshot stream, XmppReason reason, string text) =>
        Log.Ended(logger, stream.IsInbound ? "from" : "to", stream.RemoteDomain, stream.Remote, stream.Id, $"xmpp.{reason}", text);

    public void OnLateError(string localDomain, string remoteDomain, string condition) => Log.LateError(logger, localDomain, remoteDomain, condition);

    public void OnFailed(string what, Exception bug) => Log.Defect(logger, what, bug);

    private static partial class Log
    {
        [LoggerMessage(4001, LogLevel.Information, "XMPP stream {direction} {remote} for {local} is open, proved by {proof}, {tls}, #{number}")]
        public static partial void Opened(ILogger logger, string direction, string remote, string local, string proof, string tls, long number);

        [LoggerMessage(4002, LogLevel.Information, "XMPP stream {direction} {remote} ({address}, #{number}) ended: {reason}: {text}")]
        public static partial void Ended(ILogger logger, string direction, string remote, string address, long number, string reason, string text);

        [LoggerMessage(4003, LogLevel.Warning, "{remote} returned a stanza of {local} with {condition} after its sender had been told that it was delivered; the partner's log says why")]
        public static partial void LateError(ILogger logger, string local, string remote, string condition);

        [LoggerMessage(4004, LogLevel.Error, "A defect of ours in the XMPP side ({what}); please report it")]
        public static partial void Defect(ILogger logger, string what, Exception bug);
    }
}

/// <summary>What the presence engine tells, as log lines.</summary>
public sealed partial class EngineLog(ILogger<EngineLog> logger, RecentRefusals refusals) : IEngineObserver
{
    // The text for status has no addresses in it; the log's may.
    public void OnFailure(EngineReason reason, string what, Exception? cause)
    {
        refusals.Add("the presence engine", $"engine.{reason}", "the log has the details");
        Log.Failed(logger, $"engine.{reason}", what, cause);
    }

    private static partial class Log
    {
        [LoggerMessage(5001, LogLevel.Error, "presence engine: {reason}: {what}; docs/reasons.md says what to do")]
        public static partial void Failed(ILogger logger, string reason, string what, Exception? cause);
    }
}
