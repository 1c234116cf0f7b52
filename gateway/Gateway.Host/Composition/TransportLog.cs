using System.Collections.Concurrent;
using Certificates;
using Gateway.Federation;
using Gateway.Transport;
using Microsoft.Extensions.Logging;

namespace Gateway.Host.Composition;

/// <summary>Writes down connections that were refused before they had an owner, in log and in the list of recent refusals, and our own defects.</summary>
public sealed partial class TransportLog(ILogger<TransportLog> logger, RecentRefusals refusals) : ITransportObserver
{
    public void OnRefused(string listener, PeerEvidence evidence, TransportReason reason, string detail)
    {
        refusals.Add(AddressOf(evidence.Remote), $"transport.{reason}", detail.Length > 0 ? detail : $"refused by listener {listener}");
        Log.Refused(logger, listener, evidence.Remote, $"transport.{reason}", detail);
    }

    public void OnCut(TransportConnection connection, TransportReason reason, string detail) =>
        refusals.Add(AddressOf(connection.Remote.ToString()), $"transport.{reason}", $"{detail} ({connection.Label})");

    // What went wrong may hold an address of a user: the log has it, status has not.
    public void OnFailed(TransportConnection connection, Exception bug)
    {
        refusals.Add(AddressOf(connection.Remote.ToString()), $"transport.{TransportReason.HandlerFailed}", $"A defect of ours ended a connection ({connection.Label}); the log has it.");
        Log.Failed(logger, connection.Label, connection.Remote.ToString(), bug);
    }

    // The address without its port: one stranger is one entry, however often it knocks.
    private static string AddressOf(string remote) => remote.LastIndexOf(':') is > 0 and var colon ? remote[..colon] : remote;

    private static partial class Log
    {
        [LoggerMessage(2001, LogLevel.Warning, "{listener}: refused {remote} with {reason}: {detail}")]
        public static partial void Refused(ILogger logger, string listener, string remote, string reason, string detail);

        [LoggerMessage(2002, LogLevel.Error, "A defect of ours ended the connection {label} {remote}; please report it")]
        public static partial void Failed(ILogger logger, string label, string remote, Exception bug);
    }
}
