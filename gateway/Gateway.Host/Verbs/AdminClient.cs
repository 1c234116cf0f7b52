using System.Net.Sockets;
using System.Text.Json;
using Gateway.Admin;
using Gateway.Host.Configuration;

namespace Gateway.Host.Verbs;

/// <summary>Speaks with the running appliance through its administration socket.</summary>
internal sealed class AdminClient : IDisposable
{
    private readonly HttpClient http;
    private readonly string socketPath;
    private readonly string configFile;
    private SocketError failure;

    private AdminClient(string socketPath, string configFile)
    {
        (this.socketPath, this.configFile) = (socketPath, configFile);
        http = new HttpClient(new SocketsHttpHandler { ConnectCallback = (_, cancellation) => ConnectAsync(cancellation) })
        {
            BaseAddress = new Uri("http://gateway"), Timeout = TimeSpan.FromMinutes(2),
        };
    }

    /// <summary>The socket that the configuration names, even where the configuration has faults elsewhere: status must work exactly then.</summary>
    public static AdminClient For(string configFile, string? socket)
    {
        if (socket is { Length: > 0 }) return new AdminClient(Path.GetFullPath(socket), configFile);
        var bound = ConfigurationFile.Read(configFile).Bound;
        return new AdminClient(Path.GetFullPath(bound.Options.Listeners.Admin, Path.GetDirectoryName(Path.GetFullPath(configFile))!), configFile);
    }

    /// <summary>Null when nobody answers there.</summary>
    public async Task<T?> AskAsync<T>(HttpMethod method, string resource, CancellationToken cancellation) where T : class
    {
        try
        {
            using var request = new HttpRequestMessage(method, resource);
            using var response = await http.SendAsync(request, cancellation);
            return JsonSerializer.Deserialize<T>(await response.Content.ReadAsStringAsync(cancellation), AdminJson.Options);
        }
        catch (HttpRequestException fault) when (fault.InnerException is SocketException { SocketErrorCode: var code })
        {
            failure = code;
            return null;
        }
    }

    /// <summary>Lines of an answer that goes on for as long as nothing ends it; null when nobody answers there.</summary>
    public async Task<HttpResponseMessage?> OpenAsync(string resource, CancellationToken cancellation)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, resource);
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (HttpRequestException fault) when (fault.InnerException is SocketException { SocketErrorCode: var code })
        {
            failure = code;
            return null;
        }
    }

    /// <summary>Says that nobody answered, on which socket and why, with the exit code for it.</summary>
    public int NotRunning(bool asJson)
    {
        var cause = failure switch
        {
            SocketError.AccessDenied => "it is not this user's: run this as the user of the gateway, or as root",
            SocketError.ConnectionRefused => "the socket is there and nobody listens: the gateway was killed, or is starting",
            _ when !File.Exists(configFile) => $"there is no {configFile} here: name the configuration of the gateway with --config",
            _ => "there is no such socket: is it running, and with this configuration file?",
        };
        if (asJson) Output.Json(new { State = "not running", Socket = socketPath, Text = cause });
        else Output.Error($"no gateway answers on {socketPath}: {cause}");
        return ExitCodes.NotRunning;
    }

    public void Dispose() => http.Dispose();

    private async ValueTask<Stream> ConnectAsync(CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
