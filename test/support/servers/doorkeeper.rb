# frozen_string_literal: true

# Doorkeeper with its OpenID Connect part, configured as GitLab configures it. Arguments: folder, port (0: any free one).

FOLDER, PORT = ARGV

ENV['RAILS_ENV'] = 'production'

require 'action_controller/railtie'
require 'active_record/railtie'
require 'doorkeeper'
require 'doorkeeper/openid_connect'
require 'rack/handler/webrick'

ENV['DATABASE_URL'] = "sqlite3:#{FOLDER}/db.sqlite3?pool=64&timeout=10000"

socket = TCPServer.new('127.0.0.1', PORT.to_i)
ORIGIN = "http://127.0.0.1:#{socket.addr[1]}"

# What the test asks the server about and tells it.
COUNTS = Hash.new(0)
LOCK = Mutex.new
SETTINGS = { life: 7200 }

class Scene < Rails::Application
  config.root = FOLDER
  config.eager_load = false
  config.secret_key_base = 'not a secret of anybody'
  config.logger = ActiveSupport::Logger.new(nil)
  config.consider_all_requests_local = false
end

Doorkeeper.configure do
  orm :active_record
  resource_owner_authenticator do
    Person.find_by(id: session[:person]) || redirect_to("/login?to=#{CGI.escape(request.fullpath)}")
  end
  access_token_expires_in 7200
  use_refresh_token
  default_scopes :read_user
  optional_scopes :openid, :profile, :email, :read_repository, :write_repository
  grant_flows %w[authorization_code client_credentials]
  force_ssl_in_redirect_uri false
  hash_token_secrets
end

Doorkeeper::OpenidConnect.configure do
  issuer ORIGIN
  protocol { :http }
  key = "#{FOLDER}/key.pem"
  File.write(key, OpenSSL::PKey::RSA.new(2048).to_pem) unless File.exist?(key)
  signing_key File.read(key)
  subject_types_supported [:public]
  resource_owner_from_access_token { |token| Person.find_by(id: token.resource_owner_id) }
  auth_time_from_resource_owner { |_person| Time.now }
  subject { |person| person.id }
  claims do
    normal_claim(:name) { |person| person.login }
    normal_claim(:email) { |person| "#{person.login}@lab.example" }
    normal_claim(:email_verified) { |_person| true }
  end
end

# The consent page of the gem with the one line its README asks for, without which no ID token has a nonce.
consent = "#{Gem.loaded_specs['doorkeeper'].full_gem_path}/app/views/doorkeeper/authorizations/new.html.erb"
FileUtils.mkdir_p("#{FOLDER}/app/views/doorkeeper/authorizations")
File.write(
  "#{FOLDER}/app/views/doorkeeper/authorizations/new.html.erb",
  File.read(consent).gsub('<%= hidden_field_tag :state,', "<%= hidden_field_tag :nonce, @pre_auth.nonce %>\n\\0")
)

class ApplicationController < ActionController::Base; end

class Person < ActiveRecord::Base; end

class LoginController < ApplicationController
  def new
    render inline: '<form action="/login" method="post"><%= hidden_field_tag :authenticity_token, form_authenticity_token %>' \
                   '<%= hidden_field_tag :to, params[:to] %><input name="login"><button type="submit">Sign in</button></form>'
  end

  def create
    reset_session
    session[:person] = Person.find_or_create_by!(login: params[:login]).id
    redirect_to params[:to]
  end
end

class ControlController < ActionController::API
  def counts = render(json: COUNTS)

  def life
    SETTINGS[:life] = params[:seconds].to_i
    head :ok
  end

  def alive
    token = Doorkeeper::AccessToken.by_token(params[:token])
    render json: { active: token&.accessible? || false }
  end

  def revoke_all
    Doorkeeper::AccessToken.where(resource_owner_id: Person.find_by!(login: params[:login]).id).find_each(&:revoke)
    head :ok
  end
end

# Counts what comes to the token and the revocation endpoint.
class Counting
  def initialize(app) = @app = app

  def call(env)
    request = Rack::Request.new(env)
    kind = { '/oauth/token' => request.params['grant_type'], '/oauth/revoke' => 'revocation' }[request.path]
    answer = @app.call(env)
    LOCK.synchronize { COUNTS[kind] += 1 } if kind
    answer
  end
end

Scene.config.middleware.use Counting
Scene.initialize!
# A refreshed token would have the lifetime of the one before it.
Doorkeeper::AccessToken.before_create { |token| token.expires_in = SETTINGS[:life] }
Scene.routes.draw do
  use_doorkeeper
  use_doorkeeper_openid_connect
  get '/login', to: 'login#new'
  post '/login', to: 'login#create'
  get '/control/counts', to: 'control#counts'
  get '/control/alive', to: 'control#alive'
  post '/control/life', to: 'control#life'
  post '/control/revoke-all', to: 'control#revoke_all'
end

unless File.exist?("#{FOLDER}/made")
  ActiveRecord::Schema.verbose = false
  ActiveRecord::Schema.define do
    create_table(:people) { |t| t.string :login, null: false }
    create_table :oauth_applications do |t|
      t.string :name, null: false
      t.string :uid, null: false, index: { unique: true }
      t.string :secret, null: false
      t.text :redirect_uri, null: false
      t.string :scopes, null: false, default: ''
      t.boolean :confidential, null: false, default: true
      t.timestamps null: false
    end
    create_table :oauth_access_grants do |t|
      t.references :resource_owner, null: false
      t.references :application, null: false
      t.string :token, null: false, index: { unique: true }
      t.integer :expires_in, null: false
      t.text :redirect_uri, null: false
      t.datetime :created_at, null: false
      t.datetime :revoked_at
      t.string :scopes, null: false, default: ''
      t.string :code_challenge
      t.string :code_challenge_method
    end
    create_table :oauth_access_tokens do |t|
      t.references :resource_owner
      t.references :application, null: false
      t.string :token, null: false, index: { unique: true }
      t.string :refresh_token, index: { unique: true }
      t.integer :expires_in
      t.datetime :revoked_at
      t.datetime :created_at, null: false
      t.string :scopes
    end
    create_table :oauth_openid_requests do |t|
      t.references :access_grant, null: false
      t.string :nonce, null: false
    end
  end
  # GitLab's begin so and may hold all of these.
  secret = "gloas-#{SecureRandom.hex(16)}-_.~#{SecureRandom.hex(16)}"
  File.write("#{FOLDER}/secret", secret)
  confidential = { uid: 'confidential', secret: secret, confidential: true }
  [{ uid: 'public', secret: 'unused', confidential: false }, confidential].each do |client|
    Doorkeeper::Application.create!(
      name: client[:uid], redirect_uri: 'http://127.0.0.1/callback', **client,
      scopes: 'read_user openid profile email read_repository write_repository'
    )
  end
  File.write("#{FOLDER}/made", '')
end

null = WEBrick::Log.new(File::NULL)
server = WEBrick::HTTPServer.new(DoNotListen: true, Logger: null, AccessLog: [])
server.listeners << socket
server.mount '/', Rack::Handler::WEBrick, Scene
trap('TERM') { server.shutdown }
$stdout.puts "listening on #{ORIGIN}"
$stdout.flush
server.start
