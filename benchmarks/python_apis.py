"""Which release of a library took away what programs use: `python -m benchmarks.python_apis [NAME...]`.

The last patch of a series, as many as it takes to find the place, is installed with the dependencies of its own day (uv's --exclude-newer) on the newest Python of that day
that uv finds on the machine, and asked for each name. What comes out is printed as tables for dockergen/data/python-apis.toml.
"""

from __future__ import annotations

import argparse
import datetime
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from packaging.version import Version

from benchmarks.python_compat import releases

# The newest Python that most distributions had wheels for on that day and later.
_PYTHONS = (
    ("2016-01", "3.6"),
    ("2019-01", "3.7"),
    ("2020-06", "3.8"),
    ("2021-06", "3.9"),
    ("2022-06", "3.10"),
    ("2023-06", "3.11"),
    ("2024-10", "3.12"),
)
_DAYS = 20
# What the probes of a library need besides.
_WITH = {
    "starlette": ("jinja2", "httpx", "itsdangerous", "python-multipart"),
    "flask-babel": ("flask",),
    "django": ("psycopg2-binary",),
    "gradio": ("huggingface-hub",),
}
_ASK = """
import importlib, json, sys
def there(name):
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:count]))
        except ImportError as error:
            if count == 1:
                raise
            continue
        try:
            for part in parts[count:]:
                found = getattr(found, part)
            return True
        except Exception:
            return False
answers = {}
for row, probe in json.loads(sys.argv[1]).items():
    try:
        if probe.startswith(">"):
            exec(probe[1:], {"__name__": "probe"})
            answers[row] = True
        else:
            answers[row] = there(probe)
    except Exception as error:
        answers[row] = False
        print(row, type(error).__name__, str(error)[:90], file=sys.stderr)
print(json.dumps(answers))
"""


def _names(text: str) -> dict[str, str]:
    return {name: name for name in text.split()}


def _methods(owner: str, text: str) -> dict[str, str]:
    return {f".{name}": f"{owner}.{name}" for name in text.split()}


_TEMPLATES = ">from starlette.templating import Jinja2Templates as J\nfrom starlette.requests import Request\nimport tempfile, pathlib\nd = tempfile.mkdtemp(); pathlib.Path(d, 'a').write_text('x')\nJ(directory=d).TemplateResponse('a', {'request': Request({'type': 'http', 'method': 'GET', 'path': '/', 'headers': [], 'query_string': b''})})"
_MODEL = ">from pydantic import BaseModel, Field, validator, root_validator, constr\nclass A(BaseModel):\n    a: str = "
_CHECKED = ">from pydantic import BaseModel, root_validator\nclass A(BaseModel):\n    a: str\n    @root_validator{}\n    def f(cls, values): return values"

_AUTH = ">import django\nfrom django.conf import settings\nsettings.configured or settings.configure(INSTALLED_APPS=['django.contrib.auth', 'django.contrib.contenttypes'])\ndjango.setup()\nfrom django.contrib.auth.views import "

# Row of the table -> the name that is asked for, or a program after ">" that has to run.
CANDIDATES: Mapping[str, Mapping[str, str]] = {
    "werkzeug": _names(
        """werkzeug.secure_filename werkzeug.FileStorage werkzeug.generate_password_hash werkzeug.check_password_hash werkzeug.cached_property werkzeug.contrib
        werkzeug.redirect werkzeug.url_encode werkzeug.url_quote werkzeug.url_decode werkzeug.import_string werkzeug.LocalProxy werkzeug.abort werkzeug.MultiDict werkzeug.ImmutableMultiDict
        werkzeug.BaseResponse werkzeug.BaseRequest werkzeug.DebuggedApplication werkzeug.SharedDataMiddleware werkzeug.wsgi.DispatcherMiddleware werkzeug.wsgi.SharedDataMiddleware
        werkzeug.wsgi.ProxyMiddleware werkzeug.wrappers.BaseResponse werkzeug.wrappers.BaseRequest werkzeug.wrappers.json werkzeug.security.safe_str_cmp werkzeug.security.pbkdf2_hex
        werkzeug.utils.escape werkzeug.utils.unescape werkzeug.utils.HTMLBuilder werkzeug.utils.html werkzeug.useragents werkzeug.serving.run_with_reloader werkzeug.urls.url_quote
        werkzeug.urls.url_quote_plus werkzeug.urls.url_unquote werkzeug.urls.url_unquote_plus werkzeug.urls.url_encode werkzeug.urls.url_decode werkzeug.urls.url_join werkzeug.urls.url_parse
        werkzeug.urls.url_fix werkzeug.urls.url_unparse werkzeug.urls.Href werkzeug.http.parse_authorization_header werkzeug.__version__ werkzeug._compat werkzeug.utils.safe_join
        werkzeug.utils.invalidate_cached_property werkzeug.filesystem werkzeug.posixemulation werkzeug.wsgi.make_chunk_iter werkzeug.exceptions.RequestRedirect"""
    ),
    "flask": {
        **_names(
            """flask.ext flask._compat flask.Markup flask.escape flask.safe_join flask.json_available flask._app_ctx_stack flask._request_ctx_stack flask.json.JSONEncoder
            flask.json.JSONDecoder flask.json.htmlsafe_dumps flask.globals._app_ctx_stack flask.globals._request_ctx_stack flask.globals.request_ctx flask.__version__ flask.helpers.safe_join
            flask.helpers._endpoint_from_view_func flask.helpers.total_seconds flask.helpers.locked_cached_property flask.helpers._PackageBoundObject flask.signals.signals_available
            flask.scaffold flask.logging._proxy_stream flask.exthook flask.testing.make_test_environ_builder flask.helpers.url_for flask.helpers.flash"""
        ),
        **_methods(
            "flask.Flask", "before_first_request before_first_request_funcs try_trigger_before_first_request_functions"
        ),
        **_methods("flask.Blueprint", "before_app_first_request"),
    },
    "jinja2": _names(
        """jinja2.Markup jinja2.escape jinja2.contextfilter jinja2.contextfunction jinja2.evalcontextfilter jinja2.evalcontextfunction jinja2.environmentfilter jinja2.environmentfunction
        jinja2.utils.Markup jinja2.utils.escape jinja2.utils.contextfunction jinja2.filters.contextfilter jinja2.filters.environmentfilter jinja2.ext.WithExtension jinja2.ext.AutoEscapeExtension
        jinja2.asyncsupport jinja2._compat jinja2.constants jinja2.Undefined"""
    ),
    "markupsafe": _names("markupsafe.soft_unicode markupsafe.__version__ markupsafe._compat"),
    "itsdangerous": _names(
        "itsdangerous.TimedJSONWebSignatureSerializer itsdangerous.JSONWebSignatureSerializer itsdangerous.json itsdangerous.jws itsdangerous.JSONWebSignatureSerializer"
    ),
    "wtforms": _names(
        """wtforms.fields.html5 wtforms.widgets.html5 wtforms.validators.Required wtforms.TextField wtforms.fields.TextField wtforms.fields.core wtforms.ext wtforms.compat
        wtforms.validators.required wtforms.validators.DataRequired wtforms.fields.simple.TextField wtforms.fields.core.StringField wtforms.widgets.core.HTMLString wtforms.widgets.HTMLString"""
    ),
    "flask-wtf": _names(
        "flask_wtf.Form flask_wtf.csrf.CsrfProtect flask_wtf.CsrfProtect flask_wtf.TextField flask_wtf.html5 flask_wtf.form.Form flask_wtf.recaptcha.RecaptchaField"
    ),
    "flask-sqlalchemy": {
        **_names(
            "flask_sqlalchemy.BaseQuery flask_sqlalchemy.get_debug_queries flask_sqlalchemy.SignallingSession flask_sqlalchemy._SQLAlchemyState flask_sqlalchemy.models_committed flask_sqlalchemy.Pagination flask_sqlalchemy.get_state flask_sqlalchemy.__version__"
        ),
        ".create_all(import:push)": ">import flask\nfrom flask_sqlalchemy import SQLAlchemy\na = flask.Flask('x')\na.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite://'\nSQLAlchemy(a).create_all()",
    },
    "flask-migrate": _names("flask_migrate.MigrateCommand"),
    "flask-babel": _methods("flask_babel.Babel", "localeselector timezoneselector"),
    "flask-login": _names(
        "flask_login.make_secure_token flask_login.login_manager._user_context_processor flask_login.__version__ flask_login.utils._get_user flask_login.COOKIE_NAME"
    ),
    "flask-cors": _names("flask_cors.cross_origin flask_cors.version"),
    "flask-restful": _names("flask_restful.reqparse flask_restful.utils.crypto flask_restful.utils.cors"),
    "flask-caching": _names("flask_caching.backends.cache flask_caching.Cache"),
    "starlette": {
        **_names(
            """starlette.graphql starlette.templating._TemplateResponse starlette.config.environ starlette.status.HTTP_422_UNPROCESSABLE_ENTITY starlette.status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
            starlette.routing.iscoroutinefunction_or_partial starlette.middleware.wsgi.WSGIMiddleware starlette.testclient.TestClient starlette.concurrency.run_until_first_complete
            starlette.websockets.WebSocketState starlette.middleware.wsgi starlette.exceptions.ExceptionMiddleware starlette.middleware.errors.ServerErrorMiddleware"""
        ),
        '.TemplateResponse("")': _TEMPLATES,
        "starlette.applications.Starlette(on_startup|on_shutdown)": ">from starlette.applications import Starlette\nStarlette(on_startup=[])",
    },
    "pydantic": {
        **_names(
            """pydantic.BaseSettings pydantic.PyObject pydantic.ConstrainedStr pydantic.ConstrainedInt pydantic.ConstrainedFloat pydantic.ConstrainedList pydantic.error_wrappers.ErrorWrapper
            pydantic.error_wrappers.ValidationError pydantic.fields.ModelField pydantic.fields.Undefined pydantic.fields.UndefinedType pydantic.typing pydantic.schema.schema pydantic.generics.GenericModel
            pydantic.validators pydantic.class_validators.validator pydantic.env_settings pydantic.main.ModelMetaclass pydantic.utils.GetterDict pydantic.Json pydantic.json.pydantic_encoder
            pydantic.errors.PydanticValueError pydantic.utils.to_camel pydantic.Color pydantic.color.Color pydantic.PaymentCardNumber pydantic.parse_obj_as pydantic.dataclasses.dataclass
            pydantic.Required pydantic.NoneStr pydantic.StrBytes pydantic.tools.parse_obj_as pydantic.datetime_parse pydantic.parse_raw_as pydantic.compiled"""
        ),
        "pydantic.Field(regex)": _MODEL + "Field('a', regex='a')",
        "pydantic.constr(regex)": _MODEL + "constr(regex='a')",
        "pydantic.Field(const)": _MODEL + "Field('a', const=True)",
        "pydantic.Field(min_items|max_items)": ">from pydantic import BaseModel, Field\nfrom typing import List\nclass A(BaseModel):\n    a: List[str] = Field(..., min_items=1)",
        "pydantic.root_validator(!pre|skip_on_failure:9)": _CHECKED.format(""),
    },
    "sqlalchemy": {
        **_names(
            "sqlalchemy.orm.mapper sqlalchemy.ext.declarative.declarative_base sqlalchemy.databases sqlalchemy.sql.expression.select sqlalchemy.Binary sqlalchemy.ext.declarative.as_declarative sqlalchemy.util.langhelpers sqlalchemy.ext.declarative.api sqlalchemy.orm.relation sqlalchemy.orm.eagerload sqlalchemy.engine.reflection.Inspector sqlalchemy.sql.expression.ClauseElement sqlalchemy.ext.baked sqlalchemy.orm.exc sqlalchemy.orm.attributes.InstrumentedAttribute sqlalchemy.engine.ResultProxy sqlalchemy.engine.result.ResultProxy sqlalchemy.engine.RowProxy sqlalchemy.engine.url.URL sqlalchemy.exc.SADeprecationWarning sqlalchemy.orm.class_mapper sqlalchemy.orm.scoping.ScopedSession sqlalchemy.exc.RemovedIn20Warning"
        ),
        "sqlalchemy.create_engine(convert_unicode)": ">import sqlalchemy\nsqlalchemy.create_engine('sqlite://', convert_unicode=True)",
        "sqlalchemy.create_engine(encoding)": ">import sqlalchemy\nsqlalchemy.create_engine('sqlite://', encoding='utf8')",
        "sqlalchemy.create_engine(strategy)": ">import sqlalchemy\nsqlalchemy.create_engine('sqlite://', strategy='threadlocal')",
        "sqlalchemy.MetaData(bind)": ">import sqlalchemy\nsqlalchemy.MetaData(bind=sqlalchemy.create_engine('sqlite://'))",
        "sqlalchemy.orm.sessionmaker(autocommit)": ">import sqlalchemy.orm\nsqlalchemy.orm.sessionmaker(autocommit=False, bind=sqlalchemy.create_engine('sqlite://'))()",
        "sqlalchemy.Table(autoload)": ">import sqlalchemy as s\ne = s.create_engine('sqlite://')\ntry:\n    s.Table('a', s.MetaData(), autoload=True, autoload_with=e)\nexcept s.exc.NoSuchTableError: pass",
    },
    "python-telegram-bot": {
        **_names(
            "telegram.ext.Filters telegram.ext.Dispatcher telegram.ext.messagequeue telegram.ext.run_async telegram.ParseMode telegram.ChatAction telegram.ext.DelayQueue telegram.TelegramError telegram.utils.request telegram.utils.helpers telegram.utils telegram.ext.dispatcher telegram.ext.filters.Filters telegram.ext.RegexHandler telegram.MAX_MESSAGE_LENGTH telegram.vendor telegram.error.Unauthorized telegram.Emoji telegram.ReplyMarkup"
        ),
        "telegram.ext.Updater(use_context|token)": ">from telegram.ext import Updater\nUpdater(token='123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')",
    },
    "discord-py": {
        "discord.Client(!intents:9)": ">import discord\ndiscord.Client()",
        "discord.ext.commands.Bot(!intents:9)": ">from discord.ext import commands\ncommands.Bot(command_prefix='!')",
    },
    "aiogram": {
        **_names(
            "aiogram.executor aiogram.utils.executor aiogram.dispatcher.filters aiogram.contrib aiogram.types.ParseMode aiogram.utils.exceptions aiogram.utils.markdown aiogram.dispatcher.FSMContext aiogram.utils.callback_data aiogram.dispatcher.webhook aiogram.types.ReplyKeyboardRemove aiogram.utils.helper aiogram.dispatcher.handler aiogram.bot aiogram.types.CallbackQuery"
        ),
        "aiogram.Bot(parse_mode)": ">from aiogram import Bot\nBot(token='1:22222222222222222222222222222222222', parse_mode='HTML')",
    },
    "elasticsearch": {
        **_names(
            """elasticsearch.RequestsHttpConnection elasticsearch.Urllib3HttpConnection elasticsearch.ElasticsearchException elasticsearch.exceptions.ElasticsearchException
            elasticsearch.exceptions.NotFoundError elasticsearch.exceptions.RequestError elasticsearch.RequestError elasticsearch.connection elasticsearch.client.IndicesClient
            elasticsearch.connection_pool elasticsearch.serializer.JSONSerializer elasticsearch.helpers.bulk elasticsearch.helpers.errors elasticsearch.Connection elasticsearch.transport.Transport
            elasticsearch.exceptions.ImproperlyConfigured elasticsearch.client.utils elasticsearch.compat"""
        ),
        "elasticsearch.Elasticsearch(use_ssl)": ">from elasticsearch import Elasticsearch\nElasticsearch(['localhost'], use_ssl=False)",
        "elasticsearch.Elasticsearch(http_auth:9)": ">from elasticsearch import Elasticsearch\nElasticsearch('http://localhost:9200', http_auth=('a', 'b'))",
    },
    "elasticsearch-dsl": _names(
        """elasticsearch_dsl.DocType elasticsearch_dsl.document.DocType elasticsearch_dsl.String elasticsearch_dsl.field.String elasticsearch_dsl.F elasticsearch_dsl.MetaField
        elasticsearch_dsl.Index elasticsearch_dsl.connections.connections elasticsearch_dsl.query.MultiMatch elasticsearch_dsl.utils.AttrDict elasticsearch_dsl.InnerObjectWrapper
        elasticsearch_dsl.document.InnerObjectWrapper elasticsearch_dsl.InnerDoc elasticsearch_dsl.result.Response elasticsearch_dsl.filter elasticsearch_dsl.FacetedSearch"""
    ),
    "mistralai": {
        **_names(
            """mistralai.models.chat_completion mistralai.models.chat_completion.ChatMessage mistralai.exceptions.MistralException
        mistralai.Mistral mistralai.models.UserMessage mistralai.models.SDKError"""
        ),
        "mistralai.client.MistralClient": ">from mistralai.client import MistralClient\nMistralClient(api_key='a')",
        "mistralai.async_client.MistralAsyncClient": ">from mistralai.async_client import MistralAsyncClient\nMistralAsyncClient(api_key='a')",
    },
    "pyautogen": _names(
        """autogen.AssistantAgent autogen.UserProxyAgent autogen.GroupChat autogen.GroupChatManager autogen.ConversableAgent autogen.config_list_from_json autogen.Agent
        autogen.agentchat autogen.oai autogen.coding autogen.OpenAIWrapper autogen.agentchat.contrib.retrieve_assistant_agent"""
    ),
    "pydantic-ai": {
        **_names(
            """pydantic_ai.models.openai.OpenAIModel pydantic_ai.models.openai.OpenAIChatModel pydantic_ai.models.gemini.GeminiModel pydantic_ai.models.groq.GroqModel
            pydantic_ai.providers.google_gla.GoogleGLAProvider pydantic_ai.models.vertexai.VertexAIModel pydantic_ai.result.RunResult pydantic_ai.agent.AgentRunResult.data pydantic_ai.mcp.MCPServerHTTP
            pydantic_ai.models.openai.OpenAIModelSettings pydantic_ai.usage.Usage pydantic_ai.usage.UsageLimits pydantic_ai.messages.ModelMessage pydantic_ai.models.ollama.OllamaModel"""
        ),
        "pydantic_ai.Agent(result_type)": ">from pydantic_ai import Agent\nAgent(result_type=str)",
        "pydantic_ai.Agent(result_retries)": ">from pydantic_ai import Agent\nAgent(result_retries=2)",
    },
    "mcp": {
        **_names(
            """mcp.server.fastmcp mcp.server.fastmcp.FastMCP mcp.server.fastmcp.Context mcp.server.fastmcp.Image mcp.server.fastmcp.prompts mcp.server.fastmcp.prompts.base mcp.server.fastmcp.server
            mcp.server.Server mcp.server.lowlevel.Server mcp.server.lowlevel mcp.server.NotificationOptions mcp.server.models.InitializationOptions mcp.server.stdio.stdio_server mcp.server.stdio
            mcp.server.sse.SseServerTransport mcp.server.sse mcp.server.streamable_http_manager.StreamableHTTPSessionManager mcp.server.session.ServerSession mcp.server.auth.provider
            mcp.server.auth.settings.AuthSettings mcp.server.transport_security.TransportSecuritySettings mcp.types mcp.types.TextContent mcp.types.Tool mcp.types.ImageContent
            mcp.types.EmbeddedResource mcp.types.Resource mcp.types.Prompt mcp.types.PromptMessage mcp.types.GetPromptResult mcp.types.CallToolResult mcp.types.ErrorData mcp.types.INTERNAL_ERROR
            mcp.types.INVALID_PARAMS mcp.types.ToolAnnotations mcp.types.AnyUrl mcp.shared.exceptions.McpError mcp.McpError mcp.shared.context.RequestContext mcp.shared.session
            mcp.ClientSession mcp.StdioServerParameters mcp.stdio_client mcp.client.stdio.stdio_client mcp.client.sse.sse_client mcp.client.streamable_http.streamablehttp_client
            mcp.server.lowlevel.helper_types.ReadResourceContents mcp.server.fastmcp.exceptions.ToolError mcp.server.fastmcp.utilities.logging.get_logger"""
        ),
        **{
            f".{name}(@)": f"mcp.server.Server.{name}"
            for name in ["list_tools", "call_tool", "list_resources", "read_resource", "list_prompts", "get_prompt"]
        },
    },
    "fastmcp": {
        **_names(
            """fastmcp.FastMCP fastmcp.Context fastmcp.Client fastmcp.Image fastmcp.utilities.types.Image fastmcp.server.server.FastMCP fastmcp.server.FastMCP fastmcp.prompts.base
            fastmcp.prompts.prompt.Message fastmcp.prompts.base.UserMessage fastmcp.resources fastmcp.tools.Tool fastmcp.exceptions.ToolError fastmcp.server.dependencies.get_http_request
            fastmcp.server.dependencies.get_http_headers fastmcp.server.auth.BearerAuthProvider fastmcp.server.auth.providers.jwt.JWTVerifier fastmcp.server.openapi.RouteMap
            fastmcp.server.openapi.MCPType fastmcp.server.middleware.Middleware fastmcp.server.proxy.FastMCPProxy fastmcp.client.transports.SSETransport
            fastmcp.client.transports.PythonStdioTransport fastmcp.settings fastmcp.utilities.logging.get_logger"""
        ),
        **_methods(
            "fastmcp.FastMCP",
            "run run_async run_sse_async run_stdio_async run_streamable_http_async sse_app http_app streamable_http_app import_server as_proxy from_openapi",
        ),
        "fastmcp.FastMCP(dependencies)": ">from fastmcp import FastMCP\nFastMCP('a', dependencies=['b'])",
        "fastmcp.FastMCP(host|port)": ">from fastmcp import FastMCP\nFastMCP('a', host='0.0.0.0', port=8000)",
        "fastmcp.FastMCP(stateless_http)": ">from fastmcp import FastMCP\nFastMCP('a', stateless_http=True)",
        "fastmcp.FastMCP(json_response)": ">from fastmcp import FastMCP\nFastMCP('a', json_response=True)",
        "fastmcp.FastMCP(debug)": ">from fastmcp import FastMCP\nFastMCP('a', debug=True)",
        "fastmcp.FastMCP(log_level)": ">from fastmcp import FastMCP\nFastMCP('a', log_level='INFO')",
        "fastmcp.FastMCP(description)": ">from fastmcp import FastMCP\nFastMCP('a', description='b')",
        "fastmcp.FastMCP(stateless)": ">from fastmcp import FastMCP\nFastMCP('a', stateless=True)",
    },
    "openai": {
        **_names(
            """openai.error openai.openai_object openai.util openai.api_resources openai.embeddings_utils openai.OpenAI openai.AsyncOpenAI openai.AzureOpenAI openai.OpenAIError openai.APIError
            openai.RateLimitError openai.types.chat openai.types.chat.ChatCompletion openai.types.beta openai.types.beta.assistant openai.types.chat.ChatCompletionMessageToolCall
            openai.types.chat.chat_completion_message_tool_call openai.lib.azure openai.resources openai.pagination openai.types.Completion openai.types.images_response"""
        ),
        ".beta.assistants": ">import openai\nopenai.OpenAI(api_key='a').beta.assistants",
        ".beta.threads": ">import openai\nopenai.OpenAI(api_key='a').beta.threads",
        "openai.OpenAI(proxies)": ">import openai\nopenai.OpenAI(api_key='a', proxies=None)",
    },
    "anthropic": _names(
        """anthropic.Anthropic anthropic.AsyncAnthropic anthropic.HUMAN_PROMPT anthropic.AI_PROMPT anthropic.Client anthropic.AnthropicBedrock anthropic.types.Message anthropic.types.TextBlock
        anthropic.types.ContentBlock anthropic.types.MessageParam anthropic.types.ToolUseBlock anthropic.APIError anthropic.RateLimitError anthropic.count_tokens anthropic.types.Completion"""
    ),
    "huggingface-hub": _names(
        """huggingface_hub.InferenceApi huggingface_hub.inference_api huggingface_hub.cached_download huggingface_hub.Repository huggingface_hub.HfFolder huggingface_hub.hf_hub_url
        huggingface_hub.hf_hub_download huggingface_hub.snapshot_download huggingface_hub.InferenceClient huggingface_hub.login huggingface_hub.notebook_login huggingface_hub.HfApi
        huggingface_hub.from_pretrained_keras huggingface_hub.push_to_hub_keras huggingface_hub.KerasModelHubMixin huggingface_hub.PyTorchModelHubMixin huggingface_hub.utils.HfHubHTTPError
        huggingface_hub.list_models huggingface_hub.ModelFilter huggingface_hub.get_full_repo_name huggingface_hub.create_repo huggingface_hub.file_download"""
    ),
    "pinecone": {
        **_names(
            "pinecone.init pinecone.Pinecone pinecone.ServerlessSpec pinecone.PodSpec pinecone.list_indexes pinecone.create_index pinecone.grpc"
        ),
    },
    "chromadb": {
        **_names(
            """chromadb.Client chromadb.PersistentClient chromadb.HttpClient chromadb.EphemeralClient chromadb.config.Settings chromadb.utils.embedding_functions chromadb.api.models.Collection.Collection
            chromadb.api.types.EmbeddingFunction chromadb.errors.InvalidCollectionException chromadb.errors.InvalidDimensionException chromadb.api.segment.API chromadb.api.API"""
        ),
        "chromadb.config.Settings(chroma_db_impl)": ">import chromadb\nfrom chromadb.config import Settings\nchromadb.Client(Settings(chroma_db_impl='duckdb+parquet', persist_directory='/tmp/a'))",
    },
    "plotly": {
        **_names(
            """plotly.plotly plotly.graph_objs plotly.graph_objs.Scatter plotly.graph_objects.Figure plotly.express plotly.tools.make_subplots plotly.subplots.make_subplots plotly.offline.plot
            plotly.offline.iplot plotly.offline.init_notebook_mode plotly.figure_factory plotly.figure_factory.create_distplot plotly.utils.PlotlyJSONEncoder plotly.graph_objs.Mesh3d
            plotly.graph_objects.Scattermapbox plotly.graph_objects.Densitymapbox plotly.graph_objects.Choroplethmapbox plotly.graph_objects.Pointcloud plotly.graph_objects.Heatmapgl
            plotly.express.scatter_mapbox plotly.express.line_mapbox plotly.express.density_mapbox plotly.express.choropleth_mapbox plotly.io.kaleido plotly.io.orca plotly.io.write_image"""
        ),
        "plotly.graph_objects.Layout(titlefont)": ">import plotly.graph_objects as go\ngo.Layout(titlefont={'size': 1})",
        ".update_layout(titlefont)": ">import plotly.graph_objects as go\ngo.Figure().update_layout(titlefont={'size': 1})",
    },
    "dash": {
        **_names(
            """dash.html dash.dcc dash.dash_table dash.Input dash.dependencies.Event dash.no_update dash.callback_context dash.ctx dash.long_callback.DiskcacheLongCallbackManager dash.DiskcacheManager
            dash.page_registry dash.exceptions.PreventUpdate dash.testing dash.dash.no_update dash.development.component_loader dash.resources.Scripts"""
        ),
        ".run_server": ">import dash\ndash.Dash('a').run_server",
    },
    "langchain-core": _names(
        """langchain_core.pydantic_v1 langchain_core.pydantic_v1.BaseModel langchain_core.messages.HumanMessage langchain_core.prompts.ChatPromptTemplate langchain_core.output_parsers.StrOutputParser
        langchain_core.runnables.RunnablePassthrough langchain_core.runnables.history.RunnableWithMessageHistory langchain_core.tools.tool langchain_core.tools.StructuredTool
        langchain_core.language_models.BaseChatModel langchain_core.language_models.llms.LLM langchain_core.callbacks.BaseCallbackHandler langchain_core.memory langchain_core.memory.BaseMemory
        langchain_core.chat_history.BaseChatMessageHistory langchain_core.vectorstores.VectorStoreRetriever langchain_core.agents.AgentAction langchain_core.utils.function_calling.convert_to_openai_function
        langchain_core.utils.function_calling.convert_pydantic_to_openai_function langchain_core.utils.function_calling.format_tool_to_openai_function langchain_core.tracers.langchain_v1
        langchain_core.beta langchain_core.stores langchain_core.document_loaders langchain_core.prompts.PipelinePromptTemplate langchain_core.caches.InMemoryCache langchain_core.retrievers.BaseRetriever"""
    ),
    "langgraph": _names(
        """langgraph.graph.StateGraph langgraph.graph.END langgraph.graph.START langgraph.graph.Graph langgraph.graph.MessageGraph langgraph.graph.MessagesState langgraph.graph.message.add_messages
        langgraph.prebuilt.create_react_agent langgraph.prebuilt.ToolNode langgraph.prebuilt.tools_condition langgraph.prebuilt.ToolExecutor langgraph.prebuilt.ToolInvocation
        langgraph.prebuilt.chat_agent_executor langgraph.checkpoint.memory.MemorySaver langgraph.checkpoint.memory.InMemorySaver langgraph.checkpoint.aiosqlite langgraph.checkpoint.base
        langgraph.pregel langgraph.channels langgraph.constants.Send langgraph.types.Send langgraph.types.Command langgraph.types.interrupt langgraph.errors.NodeInterrupt langgraph.managed.IsLastStep
        langgraph.func.entrypoint langgraph.store.memory.InMemoryStore langgraph.graph.state.CompiledStateGraph langgraph.graph.graph.CompiledGraph langgraph.utils.runnable langgraph.constants.START"""
    ),
    "stripe": {
        **_names(
            """stripe.error stripe.error.SignatureVerificationError stripe.SignatureVerificationError stripe.StripeClient stripe.Webhook stripe.checkout.Session stripe.api_resources stripe.util
            stripe.stripe_object stripe.six stripe.InvalidRequestError stripe.CardError stripe.error.CardError stripe.oauth stripe.http_client stripe.multipart_data_generator stripe.webhook"""
        ),
    },
    "cohere": _names(
        """cohere.Client cohere.AsyncClient cohere.ClientV2 cohere.error cohere.CohereError cohere.CohereAPIError cohere.responses cohere.responses.classify.Example cohere.classify cohere.core.api_error.ApiError
        cohere.errors cohere.Client.generate cohere.Client.chat cohere.Client.embed cohere.Client.classify cohere.Client.summarize cohere.types.ClassifyExample"""
    ),
    "web3": {
        **_names(
            """web3.Web3 web3.auto.w3 web3.middleware.geth_poa_middleware web3.middleware.ExtraDataToPOAMiddleware web3.middleware.construct_sign_and_send_raw_middleware web3.contract.Contract
            web3.contract.ConciseContract web3.exceptions.TransactionNotFound web3.exceptions.ContractLogicError web3.gas_strategies web3.providers.rpc.HTTPProvider web3.WebsocketProvider
            web3.LegacyWebSocketProvider web3.types.TxReceipt web3.datastructures.AttributeDict web3.eth.Eth web3.pm web3.tools web3.geth web3.parity web3.utils"""
        ),
        **_methods("web3.Web3", "toWei fromWei toChecksumAddress isConnected isAddress toHex soliditySha3 to_wei"),
    },
    "pypdf": _names(
        "pypdf.PdfReader pypdf.PdfWriter pypdf.PdfMerger pypdf.PdfFileReader pypdf.PdfFileMerger pypdf.errors.PdfReadError pypdf.generic pypdf.PageObject pypdf.Transformation"
    ),
    "elevenlabs": _names(
        """elevenlabs.generate elevenlabs.play elevenlabs.save elevenlabs.stream elevenlabs.set_api_key elevenlabs.voices elevenlabs.Voice elevenlabs.VoiceSettings elevenlabs.client.ElevenLabs
        elevenlabs.ElevenLabs elevenlabs.client.AsyncElevenLabs elevenlabs.clone elevenlabs.api"""
    ),
    "beanie": {
        **_names(
            """beanie.Document beanie.init_beanie beanie.PydanticObjectId beanie.Indexed beanie.Link beanie.operators beanie.odm.fields.PydanticObjectId beanie.odm.documents.Document
            beanie.migrations beanie.odm.operators beanie.UnionDoc beanie.View"""
        ),
    },
    "tortoise-orm": _names(
        """tortoise.Tortoise tortoise.fields tortoise.models.Model tortoise.contrib.fastapi.register_tortoise tortoise.contrib.fastapi.RegisterTortoise tortoise.contrib.pydantic.pydantic_model_creator
        tortoise.contrib.starlette tortoise.contrib.aiohttp tortoise.contrib.sanic tortoise.contrib.quart tortoise.contrib.fastapi.HTTPNotFoundError tortoise.run_async tortoise.connections
        tortoise.transactions.in_transaction tortoise.contrib.test tortoise.queryset.Q tortoise.query_utils tortoise.expressions.Q tortoise.expressions.F tortoise.functions.Count tortoise.manager.Manager"""
    ),
    "nicegui": _names(
        """nicegui.ui nicegui.app nicegui.Client nicegui.events nicegui.run nicegui.background_tasks nicegui.globals nicegui.elements.markdown nicegui.client nicegui.binding nicegui.context
        nicegui.native nicegui.native_mode nicegui.dependencies nicegui.element.Element nicegui.run_executor nicegui.ui.timer nicegui.ui.open nicegui.ui.header nicegui.ui.chart nicegui.ui.add_head_html"""
    ),
    "langchain": _names(
        "langchain.llms.OpenAI langchain.chat_models.ChatOpenAI langchain.embeddings.OpenAIEmbeddings langchain.embeddings.openai langchain.embeddings.HuggingFaceEmbeddings langchain.vectorstores.FAISS langchain.vectorstores.Chroma langchain.document_loaders.PyPDFLoader langchain.document_loaders.TextLoader langchain.text_splitter langchain.chains langchain.memory langchain.prompts langchain.schema langchain.agents.initialize_agent langchain.agents.AgentExecutor langchain.callbacks langchain.retrievers langchain.output_parsers langchain.utilities langchain.docstore langchain.PromptTemplate langchain.OpenAI langchain.LLMChain langchain.hub langchain.globals langchain.llms langchain.document_loaders langchain.vectorstores langchain.indexes langchain.tools.tool langchain.chains.RetrievalQA langchain.chains.question_answering"
    ),
    "gradio": {
        **_names(
            "gradio.inputs gradio.outputs gradio.Box gradio.Variable gradio.Carousel gradio.StatusTracker gradio.Series gradio.Parallel gradio.mix gradio.Timeseries gradio.make_waveform gradio.LogoutButton gradio.Dataset gradio.themes.Default gradio.components.Carousel gradio.ImageEditor gradio.CheckboxGroup"
        ),
        **_methods("gradio.components.Textbox", "style"),
        "gradio.Interface(theme)": ">import gradio\ngradio.Interface(str, 'text', 'text', theme='default')",
        "gradio.Interface(allow_flagging)": ">import gradio\ngradio.Interface(str, 'text', 'text', allow_flagging='never')",
        "gradio.Interface(layout)": ">import gradio\ngradio.Interface(str, 'text', 'text', layout='vertical')",
        "gradio.Interface(server_name)": ">import gradio\ngradio.Interface(str, 'text', 'text', server_name='0.0.0.0')",
        "gradio.Interface(capture_session)": ">import gradio\ngradio.Interface(str, 'text', 'text', capture_session=True)",
        "gradio.Interface(css)": ">import gradio\ngradio.Interface(str, 'text', 'text', css='a {}')",
        "gradio.Blocks(theme)": ">import gradio\ngradio.Blocks(theme=gradio.themes.Soft())",
        "gradio.Blocks(css)": ">import gradio\ngradio.Blocks(css='a {}')",
        "gradio.TabbedInterface(theme)": ">import gradio\na = gradio.Interface(str, 'text', 'text')\ngradio.TabbedInterface([a], theme='soft')",
        "gradio.TabbedInterface(css)": ">import gradio\na = gradio.Interface(str, 'text', 'text')\ngradio.TabbedInterface([a], css='a {}')",
        "gradio.Chatbot(type)": ">import gradio\ngradio.Chatbot(type='messages')",
        "gradio.Chatbot(bubble_full_width)": ">import gradio\ngradio.Chatbot(bubble_full_width=False)",
        "gradio.Chatbot(show_copy_button)": ">import gradio\ngradio.Chatbot(show_copy_button=True)",
        "gradio.ChatInterface(type)": ">import gradio\ngradio.ChatInterface(lambda a, b: a, type='messages')",
        "gradio.ChatInterface(theme)": ">import gradio\ngradio.ChatInterface(lambda a, b: a, theme='soft')",
        "gradio.ChatInterface(retry_btn|undo_btn|clear_btn)": ">import gradio\ngradio.ChatInterface(lambda a, b: a, retry_btn=None)",
        "gradio.Textbox(show_copy_button)": ">import gradio\ngradio.Textbox(show_copy_button=True)",
        "gradio.Image(source)": ">import gradio\ngradio.Image(source='upload')",
        "gradio.Image(tool)": ">import gradio\ngradio.Image(tool='editor')",
        "gradio.Image(shape)": ">import gradio\ngradio.Image(shape=(1, 1))",
        "gradio.Image(show_download_button)": ">import gradio\ngradio.Image(show_download_button=True)",
        "gradio.Audio(source)": ">import gradio\ngradio.Audio(source='microphone')",
        "gradio.Textbox(default)": ">import gradio\ngradio.Textbox(default='a')",
        ".queue(concurrency_count)": ">import gradio\ngradio.Blocks().queue(concurrency_count=2)",
        ".launch(enable_queue)": ">import gradio, inspect\nassert 'enable_queue' in inspect.signature(gradio.Blocks.launch).parameters",
        ".launch(show_api)": ">import gradio, inspect\nassert 'show_api' in inspect.signature(gradio.Blocks.launch).parameters",
    },
    "streamlit": _names(
        "streamlit.cache streamlit.experimental_rerun streamlit.beta_columns streamlit.beta_container streamlit.beta_expander streamlit.beta_set_page_config streamlit.experimental_memo streamlit.experimental_singleton streamlit.experimental_get_query_params streamlit.experimental_set_query_params streamlit.experimental_data_editor streamlit.experimental_show streamlit.experimental_dialog streamlit.experimental_fragment streamlit.experimental_connection streamlit.experimental_user streamlit.bokeh_chart streamlit.report_thread streamlit.ReportThread streamlit.legacy_caching streamlit.experimental_audio_input streamlit.experimental_memo.clear streamlit.scriptrunner streamlit.script_run_context streamlit.server.server streamlit.hashing streamlit.caching streamlit.script_runner"
    ),
    "numpy": _names(
        "numpy.int numpy.float numpy.object numpy.complex numpy.str numpy.float_ numpy.complex_ numpy.unicode_ numpy.string_ numpy.Inf numpy.NaN numpy.infty numpy.NINF numpy.product numpy.cumproduct numpy.sometrue numpy.alltrue numpy.in1d numpy.trapz numpy.row_stack numpy.cast numpy.find_common_type numpy.mat numpy.round_ numpy.asfarray numpy.msort numpy.typeDict numpy.asscalar numpy.rank numpy.float128 numpy.matrix numpy.math numpy.lib.arraysetops numpy.core.umath_tests numpy.testing.decorators numpy.source numpy.who numpy.byte_bounds numpy.longcomplex numpy.singlecomplex numpy.cfloat numpy.issubsctype numpy.set_string_function numpy.financial numpy.pmt numpy.npv numpy.irr"
    ),
    "pandas": _names(
        "pandas.io.json.json_normalize pandas.Panel pandas.datetime pandas.np pandas.util.testing pandas.Int64Index pandas.Float64Index pandas.tseries.plotting pandas.tools pandas.core.index pandas.read_table pandas.DataFrame.append pandas.DataFrame.ix pandas.DataFrame.as_matrix pandas.plotting._converter pandas.rolling_mean pandas.scatter_matrix pandas.core.datetools pandas.TimeGrouper pandas.set_eng_float_format pandas.DataFrame.applymap pandas.DataFrame.iteritems pandas.value_counts"
    ),
    "pillow": _names(
        "PIL.Image.ANTIALIAS PIL.Image.CUBIC PIL.Image.LINEAR PIL.ImageDraw.ImageDraw.textsize PIL.ImageFont.FreeTypeFont.getsize PIL.PyAccess PIL.Image.VERSION PIL.PILLOW_VERSION PIL.Image.PILLOW_VERSION"
    ),
    "pyyaml": {
        "yaml.load(!Loader:2)": ">import yaml\nyaml.load('a: 1')",
        "yaml.load_all(!Loader:2)": ">import yaml\nyaml.load_all('a: 1')",
    },
    "scikit-learn": _names(
        "sklearn.externals.joblib sklearn.externals.six sklearn.cross_validation sklearn.grid_search sklearn.preprocessing.Imputer sklearn.learning_curve sklearn.lda sklearn.utils.testing sklearn.datasets.load_boston sklearn.linear_model.logistic sklearn.feature_extraction.stop_words sklearn.neighbors.kde sklearn.metrics.plot_confusion_matrix sklearn.metrics.scorer sklearn.ensemble.forest sklearn.svm.classes sklearn.tree.tree sklearn.metrics.plot_roc_curve sklearn.utils.fixes.sp_version"
    ),
    "moviepy": _names("moviepy.editor"),
    "httpx": {
        "httpx.AsyncClient(proxies)": ">import httpx\nhttpx.AsyncClient(proxies=None)",
        "httpx.Client(proxies)": ">import httpx\nhttpx.Client(proxies=None)",
        "httpx.AsyncClient(app)": ">import httpx\nhttpx.AsyncClient(app=None)",
    },
    "sanic": {
        **_names(
            "sanic.exceptions.abort sanic.compat.Header sanic.response.StreamingHTTPResponse sanic.response.stream sanic.views.CompositionView sanic.websocket sanic.testing sanic.handlers.ErrorHandler.lookup"
        ),
        "sanic.Sanic(!name:1)": ">import sanic\nsanic.Sanic()",
    },
    "tornado": _names(
        "tornado.gen.Task tornado.gen.engine tornado.web.asynchronous tornado.concurrent.return_future tornado.httpclient.main tornado.stack_context tornado.platform.twisted tornado.ioloop.IOLoop.add_future"
    ),
    "aiohttp": {
        **_names(
            "aiohttp.Timeout aiohttp.web.Application.make_handler aiohttp.helpers.create_future aiohttp.errors aiohttp.ClientResponseError.code aiohttp.ClientReponse aiohttp.wsgi aiohttp.web.json_response aiohttp.web_reqrep aiohttp.ProxyConnectionError aiohttp.DisconnectedError aiohttp.web.static"
        )
    },
    "apscheduler": _names(
        "apscheduler.schedulers.background.BackgroundScheduler apscheduler.scheduler apscheduler.threadpool apscheduler.jobstores.shelve_store"
    ),
    "celery": _names(
        "celery.task celery.decorators celery.task.schedules celery.utils.encoding celery.utils.log.get_task_logger celery.task.base celery.registry celery.exceptions.MaxRetriesExceededError celery.log celery.five celery.worker.control.Panel celery.utils.mail djcelery celery.contrib.batches celery.app.task.Task.accept_magic_kwargs"
    ),
    "redis": _names(
        "redis._compat redis.client.StrictRedis redis.client.Script redis.client.BasePipeline redis.exceptions.ConnectionError redis.client.list_or_args"
    ),
    "pymongo": {
        **_names(
            "pymongo.Connection pymongo.MongoReplicaSetClient pymongo.database.Database.collection_names pymongo.son_manipulator pymongo.collection.Collection.insert pymongo.errors.AutoReconnect pymongo.cursor.Cursor.count pymongo.message.insert bson.json_util pymongo.common.validate_boolean pymongo.collection.Collection.find_and_modify"
        )
    },
    "tweepy": _names(
        "tweepy.StreamListener tweepy.streaming.StreamListener tweepy.error tweepy.TweepError tweepy.API.search tweepy.OAuthHandler tweepy.AppAuthHandler"
    ),
    "pyjwt": _names("jwt.exceptions.InvalidTokenError jwt.PyJWT jwt.api_jwt jwt.contrib jwt.DecodeError"),
    "markdown": _names(
        "markdown.util.etree markdown.version markdown.util.string_type markdown.extensions.headerid markdown.inlinepatterns.Pattern markdown.util.AMP_SUBSTITUTE markdown.etree"
    ),
    "click": _names(
        "click.get_terminal_size click._bashcomplete click.BaseCommand click.MultiCommand click.__version__ click.parser.OptionParser click.core.BaseCommand click.OptionParser"
    ),
    "websockets": _names(
        "websockets.py35 websockets.client.connect websockets.server.serve websockets.legacy websockets.WebSocketServerProtocol websockets.exceptions.InvalidStatusCode websockets.typing"
    ),
    "marshmallow": {
        **_names(
            "marshmallow.post_dump marshmallow.fields.LocalDateTime marshmallow.MarshalResult marshmallow.UnmarshalResult marshmallow.compat marshmallow.fields.Price marshmallow.fields.Arbitrary marshmallow.base.FieldABC marshmallow.utils.is_generator"
        ),
        "marshmallow.fields.Str(missing)": ">from marshmallow import Schema, fields\nfields.Str(missing='a')",
        "marshmallow.fields.Str(default)": ">from marshmallow import Schema, fields\nfields.Str(default='a')",
        "marshmallow.Schema(strict)": ">from marshmallow import Schema\nSchema(strict=True)",
    },
    "beautifulsoup4": _names("bs4.BeautifulStoneSoup bs4.element.NavigableString"),
    "graphene-django": _names("graphene_django.filter graphene_django.views.GraphQLView"),
    "djangorestframework": {
        **_names(
            "rest_framework.decorators.detail_route rest_framework.decorators.list_route rest_framework.compat.six rest_framework.serializers.NullBooleanField rest_framework.filters.DjangoFilterBackend rest_framework.fields.NullBooleanField rest_framework.fields.ModelField rest_framework.compat.coreapi rest_framework.authtoken.views.obtain_auth_token rest_framework.templatetags.rest_framework rest_framework.compat.django_filters rest_framework_jwt rest_framework.schemas.get_schema_view rest_framework.documentation rest_framework.routers.DynamicListRoute rest_framework.relations.ManyRelatedField rest_framework.compat.urlparse"
        ),
        ".register(base_name)": ">from django.conf import settings\nsettings.configured or settings.configure()\nimport inspect\nfrom rest_framework.routers import BaseRouter\nassert 'base_name' in inspect.signature(BaseRouter.register).parameters",
    },
    "django": {
        **_names(
            """django.core.urlresolvers django.utils.six django.utils.decorators.available_attrs django.contrib.staticfiles.templatetags django.utils.lru_cache django.shortcuts.render_to_response
            django.utils.encoding.python_2_unicode_compatible django.conf.urls.url django.conf.urls.patterns django.utils.translation.ugettext django.utils.translation.ugettext_lazy django.utils.translation.ungettext
            django.utils.translation.ugettext_noop django.utils.translation.ungettext_lazy django.utils.encoding.force_text django.utils.encoding.smart_text django.utils.http.urlquote django.utils.http.urlunquote django.utils.http.urlquote_plus
            django.utils.http.is_safe_url django.contrib.postgres.fields.JSONField django.db.models.NullBooleanField django.utils.text.unescape_entities django.contrib.postgres.fields.jsonb.JSONField
            django.utils.timezone.utc django.utils.baseconv  django.utils.datetime_safe
            django.utils.timezone.FixedOffset django.template.loader_tags django.utils.importlib django.db.models.loading django.contrib.gis.db.models.GeoManager django.core.context_processors
            django.template.RequestContext django.template.context_processors django.core.cache.get_cache django.utils.simplejson django.utils.unittest django.forms.util django.utils.datastructures.SortedDict
            django.utils.inspect.getargspec django.db.models.fields.FieldDoesNotExist django.db.models.query.EmptyResultSet django.db.models.sql.datastructures.EmptyResultSet django.forms.extras django.utils.functional.curry
            django.utils._os.abspathu django.core.files.storage.get_storage_class django.db.models.permalink django.contrib.sites.models.Site django.http.QueryDict
            django.utils.http.cookie_date django.utils.html.escapejs django.utils.html_parser django.contrib.admin.util django.contrib.admin.ACTION_CHECKBOX_NAME django.contrib.auth.decorators.available_attrs
            django.conf.urls.i18n.i18n_patterns django.views.generic.simple django.views.decorators.csrf.csrf_response_exempt django.db.transaction.commit_on_success django.utils.log.NullHandler django.middleware.locale.LocaleMiddleware
            django.template.defaulttags.ssi django.utils.text.truncate_words django.core.management.base.NoArgsCommand django.core.servers.basehttp.FileWrapper django.contrib.contenttypes.generic django.contrib.comments
            django.utils.encoding.StrAndUnicode django.utils.tzinfo django.contrib.postgres.forms.jsonb django.contrib.auth.forms.AdminPasswordChangeForm django.utils.crypto.pbkdf2 django.utils.topological_sort
            django.contrib.postgres.fields.CICharField django.contrib.postgres.fields.CIEmailField django.contrib.postgres.fields.CITextField django.db.models.Model.from_db django.utils.hashcompat django.test.client.encode_multipart
            django.contrib.postgres.fields.citext.CIText django.utils.dictconfig django.utils.checksums django.db.backends.util django.utils.text.javascript_quote django.utils.module_loading.import_by_path"""
        ),
        "django.db.models.ForeignKey(!on_delete:2)": ">from django.conf import settings\nsettings.configured or settings.configure()\nfrom django.db import models\nmodels.ForeignKey('a.B')",
        "django.db.models.OneToOneField(!on_delete:2)": ">from django.conf import settings\nsettings.configured or settings.configure()\nfrom django.db import models\nmodels.OneToOneField('a.B')",
        **_methods("django.http.HttpRequest", "is_ajax"),
        "django.contrib.auth.views.login": _AUTH + "login",
        "django.contrib.auth.views.logout": _AUTH + "logout",
        "django.db.models.CheckConstraint(check)": ">from django.conf import settings\nsettings.configured or settings.configure()\nfrom django.db import models\nmodels.CheckConstraint(check=models.Q(a=1), name='a')",
        "django.dispatch.Signal(providing_args)": ">from django.dispatch import Signal\nSignal(providing_args=['a'])",
    },
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.python_apis", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(CANDIDATES)}")
    names = parser.parse_args().names or list(CANDIDATES)
    with ThreadPoolExecutor(2) as pool:
        for table in pool.map(_table, names):
            print(table, flush=True)
    return 0


def _table(name: str) -> str:
    days = releases(name)
    series = sorted({release.release[:2]: release for release in sorted(days)}.values())
    answers: dict[Version, Mapping[str, bool] | None] = {}

    def ask(release: Version) -> None:
        answers[release] = _answers(name, release, days[release])

    first_and_last = ({found.major: found for found in listed}.values() for listed in (series[::-1], series))
    for release in sorted({release for ends in first_and_last for release in ends}):
        ask(release)
    while (between := _untested(CANDIDATES[name], series, answers)) is not None:
        ask(between)
    rows: dict[str, list[str]] = {}
    for row in CANDIDATES[name]:
        if edge := _edge(row, answers):
            rows.setdefault(".".join(map(str, edge[1].release[:2])), []).append(row)
    lines = [f"[apis.{name}]"]
    for below, gone in sorted(rows.items(), key=lambda item: Version(item[0])):
        lines.append(f'"{below}" = [{", ".join(_quoted(row) for row in gone)}]')
    return "\n".join([*lines, ""])


def _edge(row: str, answers: Mapping[Version, Mapping[str, bool] | None]) -> tuple[Version, Version] | None:
    """The last release that is known to have it, and the first after that, when the newest has it no more."""
    known = {release: found[row] for release, found in answers.items() if found is not None}
    last = max((release for release, there in known.items() if there), default=None)
    lacking = [release for release in known if last is not None and release > last]
    return (last, min(lacking)) if last is not None and lacking else None


def _untested(
    rows: Iterable[str], series: list[Version], answers: Mapping[Version, Mapping[str, bool] | None]
) -> Version | None:
    """A release in the middle of what is not known yet of some row."""
    for row in rows:
        if edge := _edge(row, answers):
            open_ones = [release for release in series if edge[0] < release < edge[1] and release not in answers]
            if open_ones:
                return open_ones[len(open_ones) // 2]
    return None


def _quoted(row: str) -> str:
    return f"'{row}'" if '"' in row else f'"{row}"'


def _answers(name: str, release: Version, day: datetime.date) -> Mapping[str, bool] | None:
    """Which rows hold in that release, None where it cannot be installed or imported."""
    python = next((minor for first, minor in reversed(_PYTHONS) if str(day) >= first), _PYTHONS[0][1])
    until = day + datetime.timedelta(days=_DAYS)
    with tempfile.TemporaryDirectory() as place:
        environment = str(Path(place, "venv"))
        made = _run("uv", "venv", "-q", "-p", python, environment)
        install = ("uv", "pip", "install", "-q", "-p", environment, "--exclude-newer", str(until))
        if made.returncode or _run(*install, f"{name}=={release}", "setuptools<60", *_WITH.get(name, ())).returncode:
            print(f"{name} {release} on {python}: not installed", file=sys.stderr, flush=True)
            return None
        asked = _run(f"{environment}/bin/python", "-W", "ignore", "-c", _ASK, json.dumps(CANDIDATES[name]))
    if asked.returncode:
        print(f"{name} {release} on {python}: {asked.stderr[-200:]}", file=sys.stderr, flush=True)
        return None
    print(f"{name} {release} on {python}: {asked.stderr.strip()[:600]}", file=sys.stderr, flush=True)
    found: Mapping[str, bool] = json.loads(asked.stdout.splitlines()[-1])
    return found


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", "took more than five minutes")


if __name__ == "__main__":
    sys.exit(main())
