using System.Net.Sockets;
using System.Text.Json;
using Gateway.Admin;
using Gateway.Host.Configuration;

namespace Gateway.Host.Verbs;

/// <summary>Speaks with the running appliance through its administration socket.</summary>
internal sealed class AdminClient : IDisposable
{
    private readonly HttpClient http;

    private AdminClient(string socketPath) => http = new HttpClient(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
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
        },
    })
    {
        BaseAddress = new Uri("http://gateway"), Timeout = TimeSpan.FromMinutes(2),
    };

    /// <summary>The socket that the configuration names, even where the configuration has faults elsewhere: status must work exactly then.</summary>
    public static AdminClient For(string configFile, string? socket)
    {
        if (socket is { Length: > 0 }) return new AdminClient(Path.GetFullPath(socket));
        var bound = ConfigurationFile.Read(configFile).Bound;
        return new AdminClient(Path.GetFullPath(bound.Options.Listeners.Admin, Path.GetDirectoryName(Path.GetFullPath(configFile))!));
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
        catch (HttpRequestException fault) when (fault.InnerException is SocketException)
        {
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
        catch (HttpRequestException fault) when (fault.InnerException is SocketException)
        {
            return null;
        }
    }

    public void Dispose() => http.Dispose();
}
