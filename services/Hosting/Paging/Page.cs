using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Storyline.Hosting.Errors;

namespace Storyline.Hosting.Paging;

/// <summary>
/// Page sizes and page tokens as AIP-158 has them: a token is opaque, and good only for the query that it came from.
/// </summary>
public static class Page
{
    private const int DigestBytes = 8;

    /// <summary>The page size to use: 0 is the default, more than the maximum is the maximum, negative is INVALID_ARGUMENT.</summary>
    public static int Size(int requested, int @default, int max) => requested switch
    {
        < 0 => throw RpcErrors.InvalidArgument(("page_size", $"is {requested}: must be 0 (meaning {@default}) to {max}")),
        0 => @default,
        _ => Math.Min(requested, max),
    };

    /// <summary>A token for the page that begins after <paramref name="position"/>, bound to the query's parts.</summary>
    public static string Token(string position, params string[] query) =>
        Base64Url.EncodeToString([.. Digest(query), .. Encoding.UTF8.GetBytes(position)]);

    /// <summary>
    /// The position in a token, null for an empty token. A token that is broken or belongs to another query is INVALID_ARGUMENT.
    /// </summary>
    public static string? Position(string token, params string[] query)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (token.Length == 0)
        {
            return null;
        }

        if (token.Length > 1000 || !Base64Url.IsValid(token))
        {
            throw Broken();
        }

        var bytes = Base64Url.DecodeFromChars(token);
        if (bytes.Length < DigestBytes || !bytes.AsSpan(0, DigestBytes).SequenceEqual(Digest(query)))
        {
            throw RpcErrors.InvalidArgument(("page_token", "belongs to another query: send the same request as for the page before"));
        }

        return Encoding.UTF8.GetString(bytes.AsSpan(DigestBytes));
    }

    /// <summary>INVALID_ARGUMENT for a token whose position is none of the query's: nobody was given it.</summary>
    public static Grpc.Core.RpcException Broken() =>
        RpcErrors.InvalidArgument(("page_token", "is not a token of this service: send next_page_token of the response before, or nothing"));

    private static byte[] Digest(string[] query) => SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', query)))[..DigestBytes];
}
